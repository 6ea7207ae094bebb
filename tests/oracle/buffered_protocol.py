"""Protocols with a buffer of their own: get_buffer() and buffer_updated()."""
# needs: sockets

import socket

from scenario import ScenarioError, run, trace
from transport_scenario import BufferedRecorder, open_pair, set_handler, settle


async def a_conversation():
    recorder = BufferedRecorder("a", 16, updated=lambda self: self.transport.write(b"echo"))
    await open_pair(recorder)
    for text in (b"one", b"two"):
        recorder.put(text)
        await recorder.wait("updated")
        trace(await recorder.peer_gets(4))
    recorder.peer.close()
    await recorder.wait("lost")
    await recorder.finish()


async def more_than_the_buffer():
    recorder = BufferedRecorder("a", 2)
    await open_pair(recorder)
    recorder.put(b"abcdef")
    for _ in range(3):
        await recorder.wait("updated")
    await recorder.finish()


async def paused_by_the_first_part():
    recorder = BufferedRecorder("a", 4, updated=lambda self: self.transport.pause_reading())
    await open_pair(recorder)
    recorder.put(b"abcdef")
    await recorder.wait("updated")
    await settle()
    trace("resumes")
    recorder.transport.resume_reading()
    await recorder.wait("updated")
    await recorder.finish()


async def closed_by_the_first_part():
    recorder = BufferedRecorder("a", 4, updated=lambda self: self.transport.close())
    await open_pair(recorder)
    recorder.put(b"abcdef")
    await recorder.wait("lost")
    await recorder.finish()


async def the_end_may_be_kept():
    recorder = BufferedRecorder("a", 16, eof=lambda self: True)
    await open_pair(recorder)
    recorder.put(b"last")
    recorder.peer.shutdown(socket.SHUT_WR)
    await recorder.wait("eof")
    recorder.transport.write(b"answer")
    trace(await recorder.peer_gets(6))
    await recorder.finish()


async def a_buffer_without_room():
    set_handler()
    recorder = BufferedRecorder("a", 0)
    await open_pair(recorder)
    recorder.put(b"bad")
    await recorder.wait("lost")
    await recorder.finish()


def fail(number):
    def fails(self):
        raise ScenarioError(number)

    return fails


async def get_buffer_fails():
    set_handler()
    recorder = BufferedRecorder("a", 16, get_buffer=fail(1))
    await open_pair(recorder)
    recorder.put(b"bad")
    await recorder.wait("lost")
    await recorder.finish()


async def buffer_updated_fails():
    set_handler()
    recorder = BufferedRecorder("a", 16, updated=fail(2))
    await open_pair(recorder)
    recorder.put(b"bad")
    await recorder.wait("lost")
    await recorder.finish()


async def eof_received_fails():
    set_handler()
    recorder = BufferedRecorder("a", 16, eof=fail(3))
    await open_pair(recorder)
    recorder.peer.shutdown(socket.SHUT_WR)
    await recorder.wait("lost")
    await recorder.finish()


run(
    a_conversation,
    more_than_the_buffer,
    paused_by_the_first_part,
    closed_by_the_first_part,
    the_end_may_be_kept,
    a_buffer_without_room,
    get_buffer_fails,
    buffer_updated_fails,
    eof_received_fails,
)
