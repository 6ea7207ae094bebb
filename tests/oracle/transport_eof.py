"""eof_received(): the connection is closed, or its other direction is kept."""
# needs: sockets

import socket

from scenario import run, trace
from transport_scenario import Recorder, open_pair, say_soon, settle


async def it_closes():
    recorder = Recorder("a", eof=lambda self: say_soon("soon after eof"))
    await open_pair(recorder)
    recorder.peer.shutdown(socket.SHUT_WR)
    await recorder.wait("eof")
    trace(f"closing {int(recorder.transport.is_closing())}")
    await recorder.wait("lost")
    trace(await recorder.peer_gets(1))
    await recorder.finish()


async def kept_open():
    recorder = Recorder("a", eof=lambda self: True)
    await open_pair(recorder)
    recorder.peer.shutdown(socket.SHUT_WR)
    await recorder.wait("eof")
    trace(f"closing {int(recorder.transport.is_closing())}")
    trace(f"reading {int(recorder.transport.is_reading())}")
    recorder.transport.write(b"answer")
    trace(await recorder.peer_gets(6))
    await settle()
    await recorder.finish()


async def answered_in_it():
    def answer(self):
        self.transport.write(b"bye")

    recorder = Recorder("a", eof=answer)
    await open_pair(recorder)
    recorder.peer.shutdown(socket.SHUT_WR)
    trace(await recorder.peer_gets(100))
    await recorder.wait("lost")
    await recorder.finish()


async def after_the_last_bytes():
    recorder = Recorder("a")
    await open_pair(recorder)
    recorder.put(b"last")
    recorder.peer.shutdown(socket.SHUT_WR)
    await recorder.wait("lost")
    await recorder.finish()


async def not_while_paused():
    recorder = Recorder("a")
    await open_pair(recorder)
    recorder.transport.pause_reading()
    recorder.put(b"last")
    recorder.peer.shutdown(socket.SHUT_WR)
    await settle()
    trace("resumes")
    recorder.transport.resume_reading()
    await recorder.wait("lost")
    await recorder.finish()


async def paused_by_the_last_bytes():
    recorder = Recorder("a", data=lambda self: self.transport.pause_reading())
    await open_pair(recorder)
    recorder.put(b"last")
    recorder.peer.shutdown(socket.SHUT_WR)
    await recorder.wait("data")
    await settle()
    trace("resumes")
    recorder.transport.resume_reading()
    await recorder.wait("lost")
    await recorder.finish()


async def kept_and_paused_and_resumed():
    recorder = Recorder("a", eof=lambda self: True)
    await open_pair(recorder)
    recorder.peer.shutdown(socket.SHUT_WR)
    await recorder.wait("eof")
    recorder.transport.pause_reading()
    trace(f"reading {int(recorder.transport.is_reading())}")
    await settle()
    await recorder.finish()


run(
    it_closes,
    kept_open,
    answered_in_it,
    after_the_last_bytes,
    not_while_paused,
    paused_by_the_last_bytes,
    kept_and_paused_and_resumed,
)
