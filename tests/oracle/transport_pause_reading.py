"""pause_reading() and resume_reading()."""
# needs: sockets

from scenario import run, trace
from transport_scenario import Recorder, open_pair, settle


def trace_reading(recorder):
    trace(f"reading {int(recorder.transport.is_reading())}")


async def each_may_be_called_again():
    recorder = Recorder("a")
    await open_pair(recorder)
    recorder.transport.resume_reading()
    trace_reading(recorder)
    recorder.transport.pause_reading()
    recorder.transport.pause_reading()
    trace_reading(recorder)
    recorder.transport.resume_reading()
    recorder.transport.resume_reading()
    trace_reading(recorder)
    recorder.put(b"hello")
    await recorder.wait("data")
    await recorder.finish()


async def bytes_wait():
    recorder = Recorder("a")
    await open_pair(recorder)
    await settle()
    recorder.transport.pause_reading()
    recorder.put(b"hello")
    await settle()
    trace("resumes")
    recorder.transport.resume_reading()
    trace("resumed")
    await recorder.wait("data")
    await recorder.finish()


async def from_data_received():
    recorder = Recorder("a", data=lambda self: self.transport.pause_reading())
    await open_pair(recorder)
    for text in (b"one", b"two", b"three"):
        recorder.put(text)
        await recorder.wait("data")
        trace_reading(recorder)
        recorder.transport.resume_reading()
    recorder.put(b"four")
    await recorder.wait("data")
    await recorder.finish()


async def paused_and_resumed_at_once():
    def blink(self):
        self.transport.pause_reading()
        self.transport.resume_reading()

    recorder = Recorder("a", data=blink)
    await open_pair(recorder)
    recorder.put(b"one")
    await recorder.wait("data")
    recorder.put(b"two")
    blink(recorder)
    await recorder.wait("data")
    await settle()
    await recorder.finish()


async def closed_while_paused():
    recorder = Recorder("a")
    await open_pair(recorder)
    recorder.transport.pause_reading()
    recorder.put(b"never read")
    recorder.transport.close()
    recorder.transport.resume_reading()
    trace_reading(recorder)
    await recorder.wait("lost")
    await recorder.finish()


async def the_peer_ends_while_paused():
    recorder = Recorder("a")
    await open_pair(recorder)
    recorder.transport.pause_reading()
    recorder.put(b"last")
    recorder.peer.close()
    await settle()
    trace("resumes")
    recorder.transport.resume_reading()
    await recorder.wait("lost")
    await recorder.finish()


async def writing_goes_on():
    recorder = Recorder("a")
    await open_pair(recorder)
    recorder.transport.pause_reading()
    recorder.transport.write(b"hello")
    trace(await recorder.peer_gets(5))
    await recorder.finish()


run(
    each_may_be_called_again,
    bytes_wait,
    from_data_received,
    paused_and_resumed_at_once,
    closed_while_paused,
    the_peer_ends_while_paused,
    writing_goes_on,
)
