"""loop.sock_accept: who is there, who comes, in order, and a cancel."""

# needs: sockets

import asyncio

import scenario
from scenario import trace
from socket_scenario import close, listener, settle, show, tcp


async def accepting(server):
    try:
        connection, address = await asyncio.get_running_loop().sock_accept(server)
    except BaseException as error:
        return show(error), None
    return f"accepted, blocking {connection.getblocking()}", connection


async def accepts():
    loop = asyncio.get_running_loop()
    server = listener()
    task = asyncio.create_task(accepting(server))
    await settle()
    trace(f"done {task.done()}")
    clients = [tcp() for _ in range(3)]
    connections = []
    await loop.sock_connect(clients[0], server.getsockname())
    text, connection = await task
    trace(text)
    connections.append(connection)
    for client in clients[1:]:
        await loop.sock_connect(client, server.getsockname())
    for client in clients[1:]:
        text, connection = await accepting(server)
        trace(f"{text}, in order {connection.getpeername() == client.getsockname()}")
        connections.append(connection)
    close(server, *clients, *connections)


async def cancelled():
    loop = asyncio.get_running_loop()
    server = listener()
    client = tcp()
    task = asyncio.create_task(accepting(server))
    await settle()
    task.cancel()
    trace((await task)[0])
    await loop.sock_connect(client, server.getsockname())
    text, connection = await accepting(server)
    trace(text)
    close(server, client, connection)


async def no_listener():
    server = tcp()
    trace((await accepting(server))[0])
    close(server)


scenario.run(accepts, cancelled, no_listener)
