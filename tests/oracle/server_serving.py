"""A server of protocols: when it accepts, and whom."""
# needs: sockets

from scenario import outcome, run, trace
from transport_scenario import Recorder, connect_peer, new_server, port_of, settle


def trace_serving(server):
    trace(f"serving {int(server.is_serving())}, sockets {len(server.sockets)}")


async def a_connection():
    recorder = Recorder("a")
    server = await new_server(recorder)
    trace_serving(server)
    connect_peer(recorder, port_of(server))
    await recorder.wait("made")
    recorder.put(b"hello")
    await recorder.wait("data")
    recorder.transport.write(b"answer")
    trace(await recorder.peer_gets(6))
    await recorder.finish()
    server.close()
    trace_serving(server)
    await server.wait_closed()


async def several_in_the_order_of_their_coming():
    recorders = [Recorder(name) for name in "abc"]
    server = await new_server(*recorders)
    for recorder in recorders:
        connect_peer(recorder, port_of(server))
    await recorders[2].wait("made")
    for recorder in recorders:
        await recorder.finish()
    server.close()
    await server.wait_closed()


async def started_later():
    recorder = Recorder("a")
    server = await new_server(recorder, start_serving=False)
    trace_serving(server)
    try:
        connect_peer(recorder, port_of(server))
    except ConnectionRefusedError:
        trace("refused")
    await server.start_serving()
    trace_serving(server)
    trace(await outcome(server.start_serving()))
    trace_serving(server)
    connect_peer(recorder, port_of(server))
    await recorder.wait("made")
    await recorder.finish()
    server.close()
    await server.wait_closed()


async def connections_outlive_the_close():
    recorder = Recorder("a")
    server = await new_server(recorder)
    port = port_of(server)
    connect_peer(recorder, port)
    await recorder.wait("made")
    server.close()
    server.close()
    trace_serving(server)
    await settle()
    other = Recorder("b")
    try:
        connect_peer(other, port)
    except ConnectionRefusedError:
        trace("refused")
    recorder.put(b"here")
    await recorder.wait("data")
    await recorder.finish()
    await server.wait_closed()


async def closed_from_connection_made():
    recorder = Recorder("a")
    server = await new_server(recorder)
    recorder.hooks["made"] = lambda self: server.close()
    connect_peer(recorder, port_of(server))
    await recorder.wait("made")
    trace_serving(server)
    recorder.put(b"hello")
    await recorder.wait("data")
    await recorder.finish()
    await server.wait_closed()
    trace("closed")


run(
    a_connection,
    several_in_the_order_of_their_coming,
    started_later,
    connections_outlive_the_close,
    closed_from_connection_made,
)
