"""The peer goes away: which error connection_lost is told."""
# needs: sockets

from scenario import run, trace
from transport_scenario import MUCH, Recorder, open_pair, set_handler, settle


async def properly():
    recorder = Recorder("a")
    await open_pair(recorder)
    recorder.peer.close()
    await recorder.wait("lost")
    await recorder.finish()


async def with_bytes_that_it_has_not_read():
    set_handler()
    recorder = Recorder("a")
    await open_pair(recorder)
    recorder.transport.write(b"unread")
    await settle()
    recorder.peer.close()
    await recorder.wait("lost")
    trace(f"closing {int(recorder.transport.is_closing())}")
    await recorder.finish()


async def it_is_noticed_by_a_write():
    set_handler()
    recorder = Recorder("a", eof=lambda self: True)
    await open_pair(recorder)
    recorder.peer.close()
    await recorder.wait("eof")
    recorder.transport.write(b"into the void")
    await recorder.wait("lost")
    await settle()
    await recorder.finish()


async def while_reading_is_paused():
    set_handler()
    recorder = Recorder("a")
    await open_pair(recorder)
    recorder.transport.pause_reading()
    recorder.peer.close()
    await settle()
    trace("writes")
    recorder.transport.write(b"into the void")
    await recorder.wait("lost")
    await recorder.finish()


async def with_a_full_queue():
    set_handler()
    recorder = Recorder("a", eof=lambda self: True)
    await open_pair(recorder)
    recorder.peer.shutdown(1)
    await recorder.wait("eof")
    recorder.transport.write(bytes(MUCH))
    await settle()
    recorder.peer.shutdown(0)
    await recorder.wait("lost")
    trace(f"queued {recorder.transport.get_write_buffer_size()}")
    await recorder.finish()


run(
    properly,
    with_bytes_that_it_has_not_read,
    it_is_noticed_by_a_write,
    while_reading_is_paused,
    with_a_full_queue,
)
