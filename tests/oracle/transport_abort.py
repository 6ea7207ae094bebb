"""abort(): the end without what is queued."""
# needs: sockets

from scenario import run, trace
from transport_scenario import MUCH, Recorder, open_pair, say_soon, settle


async def in_its_turn():
    recorder = Recorder("a")
    await open_pair(recorder)
    await settle()
    say_soon("before")
    recorder.transport.abort()
    say_soon("after")
    trace(f"closing {int(recorder.transport.is_closing())}")
    await recorder.wait("lost")
    recorder.transport.abort()
    await settle()
    await recorder.finish()


async def after_a_close():
    recorder = Recorder("a")
    await open_pair(recorder)
    recorder.transport.close()
    recorder.transport.abort()
    recorder.transport.abort()
    await recorder.wait("lost")
    await settle()
    await recorder.finish()


async def what_is_queued_is_dropped():
    recorder = Recorder("a")
    await open_pair(recorder)
    recorder.transport.write(bytes(MUCH))
    trace(f"queued {int(recorder.transport.get_write_buffer_size() > 0)}")
    recorder.transport.abort()
    trace(f"queued {int(recorder.transport.get_write_buffer_size() > 0)}")
    await recorder.wait("lost")
    trace(f"all {int(len(await recorder.peer_reads(MUCH)) == MUCH)}")
    await recorder.finish()


async def a_close_that_waits_is_cut_short():
    recorder = Recorder("a")
    await open_pair(recorder)
    recorder.transport.write(bytes(MUCH))
    recorder.transport.close()
    await settle()
    trace("aborts")
    recorder.transport.abort()
    await recorder.wait("lost")
    await recorder.finish()


async def from_data_received():
    recorder = Recorder("a", data=lambda self: self.transport.abort())
    await open_pair(recorder)
    recorder.put(b"end")
    await recorder.wait("lost")
    await recorder.finish()


async def from_pause_writing():
    recorder = Recorder("a", pause=lambda self: self.transport.abort())
    await open_pair(recorder)
    recorder.transport.write(bytes(MUCH))
    trace("written")
    await recorder.wait("lost")
    await recorder.finish()


run(
    in_its_turn,
    after_a_close,
    what_is_queued_is_dropped,
    a_close_that_waits_is_cut_short,
    from_data_received,
    from_pause_writing,
)
