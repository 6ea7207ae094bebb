"""start_server(): a task for each connection."""
# needs: sockets
# needs: 3.13

import asyncio

from scenario import ScenarioError, run, trace
from transport_scenario import Recorder, connect_peer, port_of, set_handler, settle
from stream_scenario import do_readline

count = 0


async def serve(reader, writer):
    """Does what the first line says."""
    global count
    count += 1
    asyncio.current_task().set_name(f"handler-{count}")
    trace("begins")
    line = await do_readline(reader)
    trace(line)
    if line == r"'fail\n'":
        raise ScenarioError(1)
    if line == r"'cancel\n'":
        asyncio.current_task().cancel()
        await asyncio.sleep(0)
    writer.write(b"answer")
    await writer.drain()
    writer.close()
    trace("ends")


async def new_server():
    global count
    count = 0
    set_handler()
    return await asyncio.start_server(serve, "127.0.0.1", 0)


async def end(server, *sides):
    for side in sides:
        side.peer.close()
    server.close()
    await server.wait_closed()
    trace("closed")


async def an_answer():
    server = await new_server()
    side = Recorder("peer")
    connect_peer(side, port_of(server))
    side.put(b"hello\n")
    trace(await side.peer_gets(100))
    await end(server, side)


async def two_in_their_order():
    server = await new_server()
    sides = [Recorder("peer"), Recorder("peer")]
    for side in sides:
        connect_peer(side, port_of(server))
    await settle()
    for side in reversed(sides):
        side.put(b"hello\n")
        trace(await side.peer_gets(100))
    await end(server, *sides)


async def the_peer_says_nothing():
    server = await new_server()
    side = Recorder("peer")
    connect_peer(side, port_of(server))
    side.peer.shutdown(1)
    trace(await side.peer_gets(100))
    await end(server, side)


async def the_handler_fails():
    server = await new_server()
    side = Recorder("peer")
    connect_peer(side, port_of(server))
    side.put(b"fail\n")
    await settle()
    await end(server, side)


async def the_handler_is_cancelled():
    server = await new_server()
    side = Recorder("peer")
    connect_peer(side, port_of(server))
    side.put(b"cancel\n")
    trace(await side.peer_gets(100))
    await end(server, side)


async def the_server_is_closed_meanwhile():
    server = await new_server()
    side = Recorder("peer")
    connect_peer(side, port_of(server))
    await settle()
    server.close()
    trace("server closed")
    side.put(b"hello\n")
    trace(await side.peer_gets(100))
    await end(server, side)


run(
    an_answer,
    two_in_their_order,
    the_peer_says_nothing,
    the_handler_fails,
    the_handler_is_cancelled,
    the_server_is_closed_meanwhile,
)
