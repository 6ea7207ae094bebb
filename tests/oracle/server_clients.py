"""close_clients() and abort_clients()."""
# needs: sockets
# needs: 3.13

from scenario import run, trace
from transport_scenario import MUCH, Recorder, connect_peer, new_server, port_of, settle


async def new_clients(*recorders):
    server = await new_server(*recorders)
    for recorder in recorders:
        connect_peer(recorder, port_of(server))
        await recorder.wait("made")
    return server


async def closed():
    recorders = [Recorder("a"), Recorder("a")]  # they are told in any order
    server = await new_clients(*recorders)
    server.close_clients()
    trace(f"closing {sum(recorder.transport.is_closing() for recorder in recorders)}")
    trace(f"serving {int(server.is_serving())}")
    for recorder in recorders:
        await recorder.finish()
    server.close()
    await server.wait_closed()


async def after_the_close_of_the_server():
    recorder = Recorder("a")
    server = await new_clients(recorder)
    server.close()
    server.close_clients()
    await server.wait_closed()
    trace("closed")
    trace(await recorder.peer_gets(1))
    await recorder.finish()


async def what_is_queued_is_sent():
    recorder = Recorder("a")
    server = await new_clients(recorder)
    recorder.transport.write(bytes(8 * MUCH))
    server.close()
    server.close_clients()
    await settle()
    trace(f"closing {int(recorder.transport.is_closing())}")
    count = len(await recorder.peer_reads(8 * MUCH))
    await server.wait_closed()
    trace(count)
    await recorder.finish()


async def aborted():
    recorder = Recorder("a")
    server = await new_clients(recorder)
    recorder.transport.write(bytes(8 * MUCH))
    server.close()
    server.abort_clients()
    trace(f"queued {recorder.transport.get_write_buffer_size()}")
    await server.wait_closed()
    trace("closed")
    await recorder.finish()


async def there_may_be_none():
    server = await new_clients()
    server.close_clients()
    server.abort_clients()
    trace(f"serving {int(server.is_serving())}")
    server.close()
    server.close_clients()
    await server.wait_closed()


run(
    closed,
    after_the_close_of_the_server,
    what_is_queued_is_sent,
    aborted,
    there_may_be_none,
)
