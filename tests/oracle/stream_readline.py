"""readline(): one line with its newline, or what is left at the end."""

import asyncio

from scenario import ScenarioError, run, trace
from stream_scenario import do_read, do_readline, feed, new_stream, reads


async def over_pieces():
    stream = new_stream()
    feed(stream, b"chunk1 ")
    task = asyncio.create_task(reads(do_readline, stream), name="reader")
    await asyncio.sleep(1)
    feed(stream, b"chunk2 ", b"chunk3 ")
    await asyncio.sleep(1)
    feed(stream, b"\n chunk4")
    await task
    trace(await do_read(stream, 30))


async def what_had_come_before():
    stream = new_stream()
    feed(stream, b"line1\nline2\n\n")
    for _ in range(3):
        trace(await do_readline(stream))


async def the_rest_at_the_end():
    stream = new_stream()
    feed(stream, b"some data")
    stream.feed_eof()
    trace(await do_readline(stream))
    trace(await do_readline(stream))


async def nothing_at_the_end():
    stream = new_stream()
    task = asyncio.create_task(reads(do_readline, stream), name="reader")
    await asyncio.sleep(1)
    stream.feed_eof()
    await task


async def mixed_with_read():
    stream = new_stream()
    feed(stream, b"line1\nline2\nline3\n")
    trace(await do_readline(stream))
    trace(await do_read(stream, 7))
    trace(await do_readline(stream))


async def after_an_error():
    stream = new_stream()
    feed(stream, b"line\nrest\n")
    trace(await do_readline(stream))
    stream.set_exception(ScenarioError(1))
    trace(await do_readline(stream))


run(
    over_pieces,
    what_had_come_before,
    the_rest_at_the_end,
    nothing_at_the_end,
    mixed_with_read,
    after_an_error,
)
