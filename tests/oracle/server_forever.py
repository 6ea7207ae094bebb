"""serve_forever(): until it is cancelled, or the server closed."""
# needs: sockets

import asyncio

from scenario import outcome, run, trace
from transport_scenario import Recorder, connect_peer, new_server, port_of, settle


def trace_serving(server):
    trace(f"serving {int(server.is_serving())}")


async def serves(server):
    trace("serves")
    trace(f"serve_forever: {await outcome(server.serve_forever())}")


async def cancelled():
    server = await new_server()
    task = asyncio.create_task(serves(server), name="server")
    await settle()
    trace_serving(server)
    task.cancel()
    await task
    trace_serving(server)


async def closed():
    server = await new_server()
    task = asyncio.create_task(serves(server), name="server")
    await settle()
    trace("closes")
    server.close()
    trace_serving(server)
    await task


async def it_starts_serving():
    recorder = Recorder("a")
    server = await new_server(recorder, start_serving=False)
    task = asyncio.create_task(serves(server), name="server")
    await settle()
    trace_serving(server)
    connect_peer(recorder, port_of(server))
    await recorder.wait("made")
    await recorder.finish()
    task.cancel()
    await task


async def in_two_tasks():
    server = await new_server()
    task = asyncio.create_task(serves(server), name="server")
    await settle()
    trace(await outcome(server.serve_forever()))
    trace_serving(server)
    task.cancel()
    await task


async def after_the_close():
    server = await new_server()
    server.close()
    trace(await outcome(server.serve_forever()))
    await server.wait_closed()


async def a_cancel_waits_for_the_connections():
    recorder = Recorder("a")
    server = await new_server(recorder)
    task = asyncio.create_task(serves(server), name="server")
    connect_peer(recorder, port_of(server))
    await recorder.wait("made")
    task.cancel()
    await settle()
    trace(f"done {int(task.done())}")
    trace_serving(server)
    recorder.transport.write(b"bye")
    trace(await recorder.peer_gets(3))
    recorder.peer.close()
    await task


run(
    cancelled,
    closed,
    it_starts_serving,
    in_two_tasks,
    after_the_close,
    a_cancel_waits_for_the_connections,
)
