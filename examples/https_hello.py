"""An HTTPS server and its client, in one program: TLS by asyncio's ssl arguments.

https_hello.c is the same with Ouro. Run: python3 https_hello.py [PORT]
"""
# needs: sockets
import asyncio
import ssl
import sys
import tempfile

# For localhost, and for this example alone: whoever has its key could pose as it.
CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIBljCCATugAwIBAgIUPftrjkITv9q8A/iD8Z81JLzgYEYwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNzE2MTA1NloYDzIxMjYxMTAz
MTYxMDU2WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQ5QE/Q5GNcCVBDl5e+11upq/UY2WPDhEl3PZhIyqc5GYGQmLp9C8S9
IIkcIc9O6G4saINkqZ/SXjbphBsIR35Bo2kwZzAdBgNVHQ4EFgQUSvQmcfnkqZ4d
TWj8RtmYBwxQ36IwHwYDVR0jBBgwFoAUSvQmcfnkqZ4dTWj8RtmYBwxQ36IwDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
SQAwRgIhAJYvbZFDsznBixKjM43+XHdf3krTki/iVZMHzVGAQEdOAiEAxjoqTW6S
iPl5HlWOdeqC4OhBuuSlBW10vCvc0dSVb8c=
-----END CERTIFICATE-----
"""
KEY = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQghk7ESdffj+ApMLed
W9LaIzwWgPSq04E8295N0rAhaNqhRANCAAQ5QE/Q5GNcCVBDl5e+11upq/UY2WPD
hEl3PZhIyqc5GYGQmLp9C8S9IIkcIc9O6G4saINkqZ/SXjbphBsIR35B
-----END PRIVATE KEY-----
"""


async def answer(reader, writer):
    request = await reader.readline()
    while (await reader.readline()).strip():
        pass
    words = request.split()
    if len(words) < 2:
        return  # this is no request
    body = f"you asked for {words[1].decode()}\n"
    writer.write("HTTP/1.1 200 OK\r\n"
                 f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode())
    await writer.drain()


async def serve(reader, writer):
    try:
        await answer(reader, writer)
        writer.close()
        await writer.wait_closed()
    except (BrokenPipeError, ConnectionResetError):
        pass  # the client has gone


async def fetch(port, path, host):
    trusting = ssl.create_default_context(cadata=CERTIFICATE)
    try:
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", port, ssl=trusting, server_hostname=host)
    except ssl.SSLCertVerificationError:
        print(f"{host}: the certificate is not for this host")
        return
    print(f"{host}: {writer.get_extra_info('ssl_object').version()}")
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    print((await reader.read()).decode().replace("\r", ""), end="")
    writer.close()
    await writer.wait_closed()


async def start(port):
    own = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(CERTIFICATE + KEY)
        file.flush()
        own.load_cert_chain(file.name)
    return await asyncio.start_server(serve, "127.0.0.1", port, ssl=own)


async def demonstrate():
    server = await start(0)
    port = server.sockets[0].getsockname()[1]
    await fetch(port, "/index.html", "localhost")
    await fetch(port, "/", "example.org")
    server.close()


async def serve_on(port):
    server = await start(port)
    print(f"serving https://localhost:{server.sockets[0].getsockname()[1]}/", flush=True)
    async with server:
        await server.serve_forever()


asyncio.run(serve_on(int(sys.argv[1])) if len(sys.argv) == 2 else demonstrate())
