"""How a connection begins: connection_made, and what may be done in it."""
# needs: sockets

from scenario import run, trace
from transport_scenario import Recorder, open_pair, say_soon, settle


async def made_before_the_call_returns():
    recorder = Recorder("a", made=lambda self: say_soon("soon after made"))
    say_soon("soon")
    await open_pair(recorder)
    trace("returned")
    trace(f"reading {int(recorder.transport.is_reading())}")
    trace(f"closing {int(recorder.transport.is_closing())}")
    trace(f"protocol {int(recorder.transport.get_protocol() is recorder)}")
    await recorder.finish()


async def bytes_come_after_it():
    recorder = Recorder("a")
    await open_pair(recorder)
    recorder.put(b"hello")
    trace("put")
    await recorder.wait("data")
    trace("got")
    await recorder.finish()


async def paused_in_it():
    recorder = Recorder("a", made=lambda self: self.transport.pause_reading())
    await open_pair(recorder)
    trace(f"reading {int(recorder.transport.is_reading())}")
    recorder.put(b"hello")
    await settle()
    trace("resumes")
    recorder.transport.resume_reading()
    await recorder.wait("data")
    await recorder.finish()


async def written_in_it():
    recorder = Recorder("a", made=lambda self: self.transport.write(b"welcome"))
    await open_pair(recorder)
    trace(await recorder.peer_gets(7))
    await recorder.finish()


async def closed_in_it():
    recorder = Recorder("a", made=lambda self: self.transport.close())
    await open_pair(recorder)
    trace("returned")
    trace(f"closing {int(recorder.transport.is_closing())}")
    await recorder.finish()


async def aborted_in_it():
    recorder = Recorder("a", made=lambda self: self.transport.abort())
    await open_pair(recorder)
    trace("returned")
    await recorder.finish()


run(
    made_before_the_call_returns,
    bytes_come_after_it,
    paused_in_it,
    written_in_it,
    closed_in_it,
    aborted_in_it,
)
