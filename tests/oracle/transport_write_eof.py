"""write_eof(): one direction ends, the other goes on."""
# needs: sockets

from scenario import attempt, run, trace
from transport_scenario import MUCH, Recorder, open_pair


async def the_other_direction_goes_on():
    recorder = Recorder("a")
    await open_pair(recorder)
    trace(f"can {int(recorder.transport.can_write_eof())}")
    recorder.transport.write(b"request")
    recorder.transport.write_eof()
    trace(await recorder.peer_gets(100))
    trace(f"closing {int(recorder.transport.is_closing())}")
    recorder.put(b"answer")
    await recorder.wait("data")
    recorder.peer.close()
    await recorder.wait("lost")
    await recorder.finish()


async def it_may_be_called_again():
    recorder = Recorder("a")
    await open_pair(recorder)
    trace(attempt(recorder.transport.write_eof))
    trace(attempt(recorder.transport.write_eof))
    trace(await recorder.peer_gets(1))
    recorder.transport.close()
    await recorder.wait("lost")
    await recorder.finish()


async def behind_what_is_queued():
    recorder = Recorder("a")
    await open_pair(recorder)
    recorder.transport.write(bytes(MUCH))
    recorder.transport.write_eof()
    trace(attempt(recorder.transport.write, b"late"))
    await recorder.peer_drains(MUCH, recorder, "resume")
    trace(await recorder.peer_gets(1))
    recorder.put(b"answer")
    await recorder.wait("data")
    await recorder.finish()


async def before_a_close():
    recorder = Recorder("a")
    await open_pair(recorder)
    recorder.transport.write(b"bye")
    recorder.transport.write_eof()
    recorder.transport.close()
    await recorder.wait("lost")
    trace(await recorder.peer_gets(100))
    await recorder.finish()


async def from_eof_received():
    def end_too(self):
        self.transport.write(b"bye")
        self.transport.write_eof()
        return True

    recorder = Recorder("a", eof=end_too)
    await open_pair(recorder)
    recorder.peer.shutdown(1)
    trace(await recorder.peer_gets(100))
    trace(f"closing {int(recorder.transport.is_closing())}")
    await recorder.finish()


run(
    the_other_direction_goes_on,
    it_may_be_called_again,
    behind_what_is_queued,
    before_a_close,
    from_eof_received,
)
