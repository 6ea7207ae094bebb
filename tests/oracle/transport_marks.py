"""The marks of flow control."""
# needs: sockets

from scenario import attempt, run, trace
from transport_scenario import MUCH, Recorder, open_pair


def trace_marks(recorder):
    low, high = recorder.transport.get_write_buffer_limits()
    trace(f"marks {low} {high}")


def set_marks(recorder, high, low=None):
    set_ = recorder.transport.set_write_buffer_limits
    trace(f"set {high}: {attempt(set_, high=high, low=low)}")
    trace_marks(recorder)


async def what_they_are():
    recorder = Recorder("a")
    await open_pair(recorder)
    trace_marks(recorder)
    set_marks(recorder, 1000)
    set_marks(recorder, 1000, 10)
    set_marks(recorder, 1000, 1000)
    set_marks(recorder, 3)
    set_marks(recorder, 0)
    await recorder.finish()


async def low_above_high():
    recorder = Recorder("a")
    await open_pair(recorder)
    set_marks(recorder, 10, 11)
    await recorder.finish()


async def a_high_mark_that_is_not_reached():
    recorder = Recorder("a")
    await open_pair(recorder)
    set_marks(recorder, 2 * MUCH)
    recorder.transport.write(bytes(MUCH))
    trace("written")
    trace(len(await recorder.peer_reads(MUCH)))
    await recorder.finish()


async def lowered_below_what_is_queued():
    recorder = Recorder("a")
    await open_pair(recorder)
    set_marks(recorder, 2 * MUCH)
    recorder.transport.write(bytes(MUCH))
    trace("written")
    set_marks(recorder, 100)
    await recorder.peer_drains(MUCH, recorder, "resume")
    await recorder.finish()


async def raised_while_paused():
    recorder = Recorder("a")
    await open_pair(recorder)
    recorder.transport.write(bytes(MUCH))
    set_marks(recorder, 2 * MUCH, 1)
    await recorder.peer_drains(MUCH, recorder, "resume")
    await recorder.finish()


run(
    what_they_are,
    low_above_high,
    a_high_mark_that_is_not_reached,
    lowered_below_what_is_queued,
    raised_while_paused,
)
