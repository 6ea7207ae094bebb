"""A stream that is fed pauses the transport that its bytes come from."""
# needs: sockets

import asyncio

from scenario import run, trace
from transport_scenario import Recorder, open_pair
from stream_scenario import (
    do_read,
    do_read_all,
    do_readexactly,
    do_readline,
    do_readuntil,
    feed,
    new_stream,
    reads,
)


def trace_reading(recorder):
    trace(f"reading {int(recorder.transport.is_reading())}")


async def new_source(limit):
    recorder = Recorder("a")
    await open_pair(recorder)
    stream = new_stream(limit)
    stream.set_transport(recorder.transport)
    return recorder, stream


async def paused_above_twice_the_limit():
    recorder, stream = await new_source(3)
    feed(stream, b"123456")
    trace_reading(recorder)
    feed(stream, b"7")
    trace_reading(recorder)
    trace(await do_read(stream, 3))
    trace_reading(recorder)
    trace(await do_read(stream, 1))
    trace_reading(recorder)
    feed(stream, b"89012")
    trace_reading(recorder)
    await recorder.finish()


async def resumed_by_who_waits():
    recorder, stream = await new_source(3)
    feed(stream, b"1234567")
    trace_reading(recorder)
    task = asyncio.create_task(reads(do_readexactly, stream, 10), name="reader")
    await asyncio.sleep(0)
    trace_reading(recorder)
    feed(stream, b"890")
    await task
    trace_reading(recorder)
    await recorder.finish()


async def resumed_by_a_line_that_is_dropped():
    recorder, stream = await new_source(3)
    feed(stream, b"1234567\nab\n")
    trace_reading(recorder)
    trace(await do_readline(stream))
    trace_reading(recorder)
    trace(await do_readline(stream))
    await recorder.finish()


async def not_by_a_readuntil_that_fails():
    recorder, stream = await new_source(3)
    feed(stream, b"1234567|")
    trace_reading(recorder)
    trace(await do_readuntil(stream, b"|"))
    trace_reading(recorder)
    trace(await do_read(stream, 9))
    trace_reading(recorder)
    await recorder.finish()


async def resumed_by_reading_all():
    recorder, stream = await new_source(3)
    feed(stream, b"1234567")
    task = asyncio.create_task(reads(do_read_all, stream), name="reader")
    await asyncio.sleep(0)
    trace_reading(recorder)
    stream.feed_eof()
    await task
    await recorder.finish()


async def it_has_one_transport():
    recorder, stream = await new_source(3)
    try:
        stream.set_transport(recorder.transport)
    except AssertionError:
        trace("refused")
    await recorder.finish()


run(
    paused_above_twice_the_limit,
    resumed_by_who_waits,
    resumed_by_a_line_that_is_dropped,
    not_by_a_readuntil_that_fails,
    resumed_by_reading_all,
    it_has_one_transport,
)
