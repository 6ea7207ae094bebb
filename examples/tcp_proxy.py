"""A TCP proxy: every connection is passed on to another server, in both directions at once.

Run: python3 tcp_proxy.py
"""
# needs: sockets
import asyncio


async def copy(reader, writer):
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.write_eof()


def proxy_to(port):
    async def proxy(reader, writer):
        server_reader, server_writer = await asyncio.open_connection("127.0.0.1", port)
        async with asyncio.TaskGroup() as group:
            group.create_task(copy(reader, server_writer))
            group.create_task(copy(server_reader, writer))
        server_writer.close()
        writer.close()

    return proxy


async def shout(reader, writer):
    question = await reader.read()
    writer.write(question.upper())
    await writer.drain()
    writer.close()


async def ask(port, question):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(question.encode())
    writer.write_eof()
    answer = await reader.read()
    print(f"{question} -> {answer.decode()}")
    writer.close()
    await writer.wait_closed()


def port_of(server):
    return server.sockets[0].getsockname()[1]


async def main():
    server = await asyncio.start_server(shout, "127.0.0.1", 0)
    front = await asyncio.start_server(proxy_to(port_of(server)), "127.0.0.1", 0)

    await ask(port_of(front), "hello")
    await ask(port_of(front), "through the proxy")

    front.close()
    await front.wait_closed()
    server.close()
    await server.wait_closed()


asyncio.run(main())
