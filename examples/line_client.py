"""A client for servers that speak in lines: what is typed goes there, what they say is shown.

Run: python3 line_client.py [HOST PORT]
"""
# needs: sockets
import asyncio
import sys


async def open_console():
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    return reader


async def send_lines(console, writer):
    async for line in console:
        writer.write(line)
        await writer.drain()
    writer.write_eof()


async def show_lines(reader):
    async for line in reader:
        print(line.decode(), end="")


async def talk(host, port):
    reader, writer = await asyncio.open_connection(host, port)
    console = await open_console()
    async with asyncio.TaskGroup() as group:
        group.create_task(send_lines(console, writer))
        group.create_task(show_lines(reader))
    writer.close()
    await writer.wait_closed()


async def shout(reader, writer):
    async for line in reader:
        writer.write(line.upper())
    writer.close()


async def main():
    if len(sys.argv) == 3:
        await talk(sys.argv[1], int(sys.argv[2]))
        return
    server = await asyncio.start_server(shout, "127.0.0.1", 0)
    await talk(*server.sockets[0].getsockname())
    server.close()
    await server.wait_closed()


asyncio.run(main())
