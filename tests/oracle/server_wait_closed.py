"""wait_closed() of a server: until it is closed and no connection is left."""
# needs: sockets

import asyncio

from scenario import outcome, run, trace
from transport_scenario import Recorder, connect_peer, new_server, port_of, settle


async def waits(server):
    trace(f"wait_closed: {await outcome(server.wait_closed())}")


def start_waiting(server, name="waiter"):
    return asyncio.create_task(waits(server), name=name)


async def without_connections():
    server = await new_server()
    task = start_waiting(server)
    await settle()
    trace(f"done {int(task.done())}")
    server.close()
    await task
    await waits(server)


async def the_connection_ends_first():
    recorder = Recorder("a")
    server = await new_server(recorder)
    connect_peer(recorder, port_of(server))
    await recorder.wait("made")
    task = start_waiting(server)
    await recorder.finish()
    await settle()
    trace(f"done {int(task.done())}")
    server.close()
    await task


async def the_server_is_closed_first():
    recorder = Recorder("a")
    server = await new_server(recorder)
    connect_peer(recorder, port_of(server))
    await recorder.wait("made")
    task = start_waiting(server)
    server.close()
    await settle()
    trace(f"done {int(task.done())}")
    other = start_waiting(server, "late waiter")
    await settle()
    recorder.peer.close()
    await task
    await other
    await waits(server)


async def closed_in_the_connection_s_end():
    recorder = Recorder("a")
    server = await new_server(recorder)
    recorder.hooks["lost"] = lambda self: server.close()
    connect_peer(recorder, port_of(server))
    await recorder.wait("made")
    task = start_waiting(server)
    recorder.peer.close()
    await task


async def a_cancelled_wait():
    recorder = Recorder("a")
    server = await new_server(recorder)
    connect_peer(recorder, port_of(server))
    await recorder.wait("made")
    server.close()
    tasks = [start_waiting(server, f"waiter-{i}") for i in (1, 2)]
    await settle()
    tasks[0].cancel()
    await tasks[0]
    recorder.transport.abort()
    await tasks[1]


run(
    without_connections,
    the_connection_ends_first,
    the_server_is_closed_first,
    closed_in_the_connection_s_end,
    a_cancelled_wait,
)
