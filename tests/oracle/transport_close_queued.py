"""close() with a full queue: all of it is sent before connection_lost."""
# needs: sockets

from scenario import run, trace
from transport_scenario import MUCH, Recorder, open_pair, settle


async def all_is_sent():
    recorder = Recorder("a")
    await open_pair(recorder)
    recorder.transport.write(bytes(MUCH))
    recorder.transport.write(b"end")
    recorder.transport.close()
    await settle()
    trace(f"closing {int(recorder.transport.is_closing())}")
    trace(f"queued {int(recorder.transport.get_write_buffer_size() > 0)}")
    await recorder.peer_drains(MUCH, recorder, "lost")
    trace(await recorder.peer_gets(100))
    await recorder.finish()


async def nothing_is_read_meanwhile():
    recorder = Recorder("a")
    await open_pair(recorder)
    recorder.transport.write(bytes(MUCH))
    recorder.transport.close()
    recorder.put(b"not read")
    await settle()
    trace("reads")
    await recorder.peer_drains(MUCH, recorder, "lost")
    await recorder.finish()


async def with_write_eof():
    recorder = Recorder("a")
    await open_pair(recorder)
    recorder.transport.write(bytes(MUCH))
    recorder.transport.write_eof()
    recorder.transport.close()
    await recorder.peer_drains(MUCH, recorder, "lost")
    trace(await recorder.peer_gets(1))
    await recorder.finish()


async def closed_in_pause_writing():
    recorder = Recorder("a", pause=lambda self: self.transport.close())
    await open_pair(recorder)
    recorder.transport.write(bytes(MUCH))
    trace("written")
    await recorder.peer_drains(MUCH, recorder, "lost")
    await recorder.finish()


async def closed_in_resume_writing():
    recorder = Recorder("a", resume=lambda self: self.transport.close())
    await open_pair(recorder)
    recorder.transport.write(bytes(MUCH))
    await recorder.peer_drains(MUCH, recorder, "lost")
    await recorder.finish()


run(
    all_is_sent,
    nothing_is_read_meanwhile,
    with_write_eof,
    closed_in_pause_writing,
    closed_in_resume_writing,
)
