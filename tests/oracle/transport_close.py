"""close(): connection_lost in its turn, once, and nothing after it."""
# needs: sockets

from scenario import run, trace
from transport_scenario import Recorder, open_pair, say_soon, settle


async def in_its_turn():
    recorder = Recorder("a", lost=lambda self: say_soon("soon after lost"))
    await open_pair(recorder)
    await settle()
    say_soon("before")
    recorder.transport.close()
    say_soon("after")
    trace("closed")
    await recorder.wait("lost")
    trace("told")
    await recorder.finish()


async def once():
    recorder = Recorder("a", lost=lambda self: self.transport.close())
    await open_pair(recorder)
    recorder.transport.close()
    trace(f"closing {int(recorder.transport.is_closing())}")
    trace(f"reading {int(recorder.transport.is_reading())}")
    recorder.transport.close()
    await recorder.wait("lost")
    recorder.transport.close()
    await settle()
    await recorder.finish()


async def from_data_received():
    def close(self):
        say_soon("before")
        self.transport.close()
        say_soon("after")

    recorder = Recorder("a", data=close)
    await open_pair(recorder)
    recorder.put(b"end")
    await recorder.wait("lost")
    await recorder.finish()


async def from_eof_received():
    def close(self):
        self.transport.close()
        return True

    recorder = Recorder("a", eof=close)
    await open_pair(recorder)
    recorder.peer.close()
    await recorder.wait("lost")
    await settle()
    await recorder.finish()


async def nothing_comes_after_it():
    recorder = Recorder("a")
    await open_pair(recorder)
    await settle()
    recorder.put(b"late")
    recorder.transport.close()
    await recorder.wait("lost")
    await settle()
    await recorder.finish()


async def what_was_written_is_sent():
    recorder = Recorder("a")
    await open_pair(recorder)
    recorder.transport.write(b"good")
    recorder.transport.write(b"bye")
    recorder.transport.close()
    await recorder.wait("lost")
    trace(await recorder.peer_gets(100))
    await recorder.finish()


async def flow_control_is_over():
    recorder = Recorder("a")
    await open_pair(recorder)
    recorder.transport.close()
    recorder.transport.pause_reading()
    recorder.transport.resume_reading()
    trace(f"reading {int(recorder.transport.is_reading())}")
    await recorder.wait("lost")
    recorder.transport.pause_reading()
    recorder.transport.resume_reading()
    trace(f"closing {int(recorder.transport.is_closing())}")
    await recorder.finish()


run(
    in_its_turn,
    once,
    from_data_received,
    from_eof_received,
    nothing_comes_after_it,
    what_was_written_is_sent,
    flow_control_is_over,
)
