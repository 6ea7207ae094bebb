"""Callbacks of a protocol run in a copy of the context of who asked for the connection."""
# needs: sockets

import contextvars

from scenario import run, trace
from transport_scenario import Recorder, open_pair

number = contextvars.ContextVar("number", default=0)


def trace_number(self=None):
    trace(f"number {number.get()}")


async def a_copy_of_who_asked():
    recorder = Recorder("a", made=trace_number, data=trace_number)
    number.set(1)
    await open_pair(recorder)
    number.set(2)
    recorder.put(b"one")
    await recorder.wait("data")
    trace_number()
    await recorder.finish()


async def what_it_sets_is_its_own():
    def set_number(self):
        number.set(number.get() + 10)
        trace_number()

    recorder = Recorder("a", data=set_number)
    number.set(1)
    await open_pair(recorder)
    for text in (b"one", b"two"):
        recorder.put(text)
        await recorder.wait("data")
        trace_number()
    await recorder.finish()


run(a_copy_of_who_asked, what_it_sets_is_its_own)
