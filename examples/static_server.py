"""A server of static files over HTTP: the kernel sends them, the program never sees their bytes.

Run: python3 static_server.py [FOLDER PORT]
"""
# needs: sockets
import asyncio
import pathlib
import re
import sys
import tempfile


async def refuse(writer, reason):
    writer.write(f"HTTP/1.0 {reason}\r\nContent-Length: 0\r\n\r\n".encode())
    await writer.drain()


async def serve_from(folder, reader, writer):
    request = re.match(rb"GET /([\w-][\w.-]*) HTTP/", await reader.readline())
    if not request:
        await refuse(writer, "400 Bad Request")
        return
    while len(await reader.readline()) > 2:
        pass  # headers, to the empty line
    path = folder / request[1].decode()
    try:
        file = path.open("rb")
    except OSError:
        await refuse(writer, "404 Not Found")
        return
    with file:
        size = path.stat().st_size
        writer.write(f"HTTP/1.0 200 OK\r\nContent-Length: {size}\r\n\r\n".encode())
        await asyncio.get_running_loop().sendfile(writer.transport, file)


async def fetch(port, name):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET /{name} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
    status = (await reader.readline()).decode().strip()
    await reader.readuntil(b"\r\n\r\n")
    print(f"{name}: {status}, {len(await reader.read())} bytes")
    writer.close()
    await writer.wait_closed()


async def start(folder, port):
    async def serve(reader, writer):
        try:
            await serve_from(folder, reader, writer)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the client has gone
        finally:
            writer.close()

    return await asyncio.start_server(serve, "127.0.0.1", port)


async def demonstrate():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "short.txt").write_text("x" * 10)
        (folder / "long.txt").write_text("x" * 100000)
        server = await start(folder, 0)
        port = server.sockets[0].getsockname()[1]
        await fetch(port, "short.txt")
        await fetch(port, "long.txt")
        await fetch(port, "missing.txt")
        await fetch(port, "../etc/passwd")
        server.close()
        await server.wait_closed()


async def serve_folder(folder, port):
    server = await start(pathlib.Path(folder), int(port))
    print(f"serving {folder} on port {server.sockets[0].getsockname()[1]}", flush=True)
    async with server:
        await server.serve_forever()


asyncio.run(serve_folder(*sys.argv[1:]) if len(sys.argv) == 3 else demonstrate())
