"""feed_eof() and at_eof()."""

import asyncio

from scenario import run, trace
from stream_scenario import do_read, do_readline, feed, new_stream, reads


def trace_eof(stream):
    trace(f"at_eof {int(stream.at_eof())}")


async def the_end_is_when_all_is_read():
    stream = new_stream()
    trace_eof(stream)
    feed(stream, b"some data\n")
    trace_eof(stream)
    trace(await do_readline(stream))
    trace_eof(stream)
    feed(stream, b"some data\n")
    stream.feed_eof()
    trace_eof(stream)
    trace(await do_readline(stream))
    trace_eof(stream)


async def no_more_bytes_after_it():
    stream = new_stream()
    stream.feed_eof()
    try:
        feed(stream, b"late")
        trace("fed")
    except AssertionError:
        trace("refused")
    trace(await do_read(stream, 4))


async def twice():
    stream = new_stream()
    feed(stream, b"x")
    stream.feed_eof()
    stream.feed_eof()
    trace(await do_read(stream, 4))
    trace(await do_read(stream, 4))


async def it_wakes_who_waits():
    stream = new_stream()
    task = asyncio.create_task(reads(do_readline, stream), name="reader")
    await asyncio.sleep(1)
    feed(stream, b"no newline")
    await asyncio.sleep(1)
    stream.feed_eof()
    trace_eof(stream)
    await task
    trace_eof(stream)


run(the_end_is_when_all_is_read, no_more_bytes_after_it, twice, it_wakes_who_waits)
