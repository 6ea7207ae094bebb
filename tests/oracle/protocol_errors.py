"""Callbacks that fail: the exception handler is told, and the connection may end."""
# needs: sockets

import socket

from scenario import ScenarioError, run, trace
from transport_scenario import Recorder, open_pair, say_soon, set_handler, settle


def fail(number):
    def fails(self):
        say_soon("soon after the failure")
        raise ScenarioError(number)

    return fails


async def in_data_received():
    set_handler()
    recorder = Recorder("a", data=fail(1))
    await open_pair(recorder)
    recorder.put(b"bad")
    await recorder.wait("lost")
    trace(f"closing {int(recorder.transport.is_closing())}")
    await recorder.finish()


async def in_eof_received():
    set_handler()
    recorder = Recorder("a", eof=fail(2))
    await open_pair(recorder)
    recorder.peer.shutdown(socket.SHUT_WR)
    await recorder.wait("lost")
    await recorder.finish()


async def in_connection_made():
    set_handler()
    recorder = Recorder("a", made=fail(3))
    await open_pair(recorder)
    trace("open all the same")
    recorder.put(b"hello")
    await recorder.wait("data")
    await recorder.finish()


async def no_more_after_it():
    set_handler()
    recorder = Recorder("a", data=fail(4))
    await open_pair(recorder)
    recorder.put(b"bad")
    await recorder.wait("data")
    recorder.put(b"more")
    await recorder.wait("lost")
    await settle()
    await recorder.finish()


async def what_is_queued_is_dropped():
    set_handler()
    recorder = Recorder("a", data=fail(5))
    await open_pair(recorder)
    recorder.transport.write(bytes(1 << 20))
    recorder.put(b"bad")
    await recorder.wait("lost")
    trace(f"queued {recorder.transport.get_write_buffer_size()}")
    await recorder.finish()


async def after_a_close():
    def close_and_fail(self):
        self.transport.close()
        raise ScenarioError(6)

    set_handler()
    recorder = Recorder("a", data=close_and_fail)
    await open_pair(recorder)
    recorder.put(b"bad")
    await recorder.wait("lost")
    await settle()
    await recorder.finish()


run(
    in_data_received,
    in_eof_received,
    in_connection_made,
    no_more_after_it,
    what_is_queued_is_dropped,
    after_a_close,
)
