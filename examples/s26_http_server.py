"""S26: an HTTP server on localhost:8000, by start_server.

Corrected: a request is read to its blank line (reading to the end of the stream would wait until
the client hangs up), connections are kept alive, and what is no HTTP request is answered with 400.

Run: python3 s26_http_server.py [PORT] [--quiet] (3.11 or later; port 0: any that is free), then
curl http://localhost:8000/. Ctrl-C stops it.
"""
import argparse
import asyncio

IDLE_SECONDS = 5  # how long a connection may rest between two requests
LINGER_SECONDS = 1  # how long a client may take to read a last answer
REPLY = (
    "HTTP/1.1 {}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\nConnection: {}\r\n\r\n{}"
)


def parse(head):
    """Returns (method, keep alive), or None for what is no HTTP/1 request."""
    request_line, *headers = head[:-4].split("\r\n")
    if "\n" in head.replace("\r\n", "") or request_line.count(" ") != 2:
        return None
    method, target, version = request_line.split(" ")
    if not method or not target or version not in ("HTTP/1.0", "HTTP/1.1"):
        return None
    keep_alive = version == "HTTP/1.1"
    for header in headers:
        name, colon, value = header.partition(":")
        if not name or not colon:
            return None
        # This server reads no bodies: a request that has one is the last of its connection.
        if name.lower() in ("content-length", "transfer-encoding"):
            keep_alive = False
        if name.lower() == "connection" and value.lstrip(" ").lower().startswith("close"):
            keep_alive = False
    return method, keep_alive


async def linger(reader, writer):
    """Waits until the client has read all: a close with input unread would reset it."""
    writer.write_eof()
    try:
        async with asyncio.timeout(LINGER_SECONDS):
            while await reader.read(4096):
                pass
    except TimeoutError:
        pass


async def handle_request(reader, writer, quiet):
    """Serves one request. Returns True if another may follow."""
    request = None
    head = ""
    try:
        async with asyncio.timeout(IDLE_SECONDS):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        request = parse(head)
    except asyncio.IncompleteReadError as error:
        if not error.partial:
            return False  # the client is done
    except asyncio.LimitOverrunError:
        pass  # an endless header is no request either

    if not quiet:
        print(f"Handling request\n{head[:-4]}")
    method, keep_alive = request or ("", False)
    body = "Hello, world!" if request else "Bad request\n"
    writer.write(REPLY.format(
        "200 OK" if request else "400 Bad Request",
        len(body),
        "keep-alive" if keep_alive else "close",
        "" if method == "HEAD" else body,
    ).encode())
    await writer.drain()
    if not quiet:
        print("Request processed")
    if not keep_alive:
        await linger(reader, writer)
    return keep_alive


async def serve(options):
    async def handle_connection(reader, writer):
        try:
            while await handle_request(reader, writer, options.quiet):
                pass
        except (ConnectionError, TimeoutError):
            pass  # the client went away, or stayed silent
        finally:
            writer.close()

    server = await asyncio.start_server(
        handle_connection, "localhost", options.port, backlog=1024)
    for socket in server.sockets:
        address, port = socket.getsockname()[:2]
        print(f"Server running on ('{address}', {port})", flush=True)
    async with server:
        await server.serve_forever()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int, nargs="?", default=8000)
    parser.add_argument("--quiet", action="store_true")
    try:
        asyncio.run(serve(parser.parse_args()))
    except KeyboardInterrupt:
        print("Server stopped")


main()
