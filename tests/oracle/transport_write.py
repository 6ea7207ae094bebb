"""write() and writelines(): everything arrives, in order."""
# needs: sockets

from scenario import attempt, run, trace
from transport_scenario import MUCH, Recorder, open_pair


async def in_order():
    recorder = Recorder("a")
    await open_pair(recorder)
    recorder.transport.write(b"one ")
    recorder.transport.write(b"")
    recorder.transport.writelines([b"two ", b"", b"three "])
    recorder.transport.write(b"four")
    trace(await recorder.peer_gets(18))
    recorder.transport.writelines([])
    recorder.transport.writelines([b"five"])
    trace(await recorder.peer_gets(4))
    await recorder.finish()


async def an_echo():
    recorder = Recorder("a", data=lambda self: self.transport.write(b"echo"))
    await open_pair(recorder)
    for text in (b"one", b"two"):
        recorder.put(text)
        trace(await recorder.peer_gets(4))
    await recorder.finish()


async def much():
    recorder = Recorder("a")
    await open_pair(recorder)
    recorder.transport.write(b"begin")
    recorder.transport.write(bytes(MUCH))
    recorder.transport.write(b"end")
    trace(await recorder.peer_gets(5))
    await recorder.peer_drains(MUCH, recorder, "resume")
    trace(await recorder.peer_gets(3))
    trace(f"queued {recorder.transport.get_write_buffer_size()}")
    await recorder.finish()


async def after_write_eof():
    recorder = Recorder("a")
    await open_pair(recorder)
    recorder.transport.write_eof()
    trace(attempt(recorder.transport.write, b"late"))
    trace(attempt(recorder.transport.writelines, [b"late"]))
    trace(await recorder.peer_gets(4))
    await recorder.finish()


async def before_a_close():
    recorder = Recorder("a")
    await open_pair(recorder)
    recorder.transport.write(b"last")
    recorder.transport.close()
    await recorder.wait("lost")
    trace(await recorder.peer_gets(100))
    await recorder.finish()


run(in_order, an_echo, much, after_write_eof, before_a_close)
