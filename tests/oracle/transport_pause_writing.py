"""pause_writing() and resume_writing() alternate, whatever is written."""
# needs: sockets

from scenario import run, trace
from transport_scenario import MUCH, Recorder, open_pair, settle


async def they_alternate():
    recorder = Recorder("a")
    await open_pair(recorder)
    for _ in range(2):
        recorder.transport.write(bytes(MUCH))
        trace("written")
        recorder.transport.write(bytes(MUCH))
        trace("written more")
        await recorder.peer_drains(2 * MUCH, recorder, "resume")
    await recorder.finish()


async def few_bytes_do_not_pause():
    recorder = Recorder("a")
    await open_pair(recorder)
    recorder.transport.set_write_buffer_limits(high=0)
    for _ in range(3):
        recorder.transport.write(b"few")
    trace(await recorder.peer_gets(9))
    await recorder.finish()


async def with_a_high_mark_of_0():
    recorder = Recorder("a")
    await open_pair(recorder)
    recorder.transport.set_write_buffer_limits(high=0)
    recorder.transport.write(bytes(MUCH))
    trace("written")
    await recorder.peer_drains(MUCH, recorder, "resume")
    trace(f"queued {recorder.transport.get_write_buffer_size()}")
    await recorder.finish()


async def written_in_resume_writing():
    def again(self):
        del self.hooks["resume"]
        self.transport.write(bytes(MUCH))

    recorder = Recorder("a", resume=again)
    await open_pair(recorder)
    recorder.transport.write(bytes(MUCH))
    count = len(await recorder.peer_reads(2 * MUCH))
    await recorder.wait("resume")
    await recorder.wait("resume")
    trace(f"{count} bytes")
    await recorder.finish()


async def written_in_pause_writing():
    recorder = Recorder("a", pause=lambda self: self.transport.write(b"one more"))
    await open_pair(recorder)
    recorder.transport.write(bytes(MUCH))
    trace("written")
    await recorder.peer_drains(MUCH, recorder, "resume")
    trace(await recorder.peer_gets(8))
    await recorder.finish()


async def never_resumed_after_an_abort():
    recorder = Recorder("a")
    await open_pair(recorder)
    recorder.transport.write(bytes(MUCH))
    await settle()
    recorder.transport.abort()
    await recorder.wait("lost")
    await settle()
    await recorder.finish()


run(
    they_alternate,
    few_bytes_do_not_pause,
    with_a_high_mark_of_0,
    written_in_resume_writing,
    written_in_pause_writing,
    never_resumed_after_an_abort,
)
