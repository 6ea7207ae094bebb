"""async for over the lines of a stream."""

import asyncio

from scenario import ScenarioError, run, show, trace
from stream_scenario import feed, new_stream, quote


async def iterates(stream, stop=None):
    try:
        async for line in stream:
            trace(quote(line))
            if line == stop:
                break
        trace("end")
    except BaseException as error:
        trace(show(error))


async def to_the_end():
    stream = new_stream()
    feed(stream, b"a\nb\n", b"c")
    stream.feed_eof()
    await iterates(stream)
    await iterates(stream)


async def line_by_line():
    stream = new_stream()
    task = asyncio.create_task(iterates(stream), name="reader")
    for piece in (b"one\ntw", b"o\n", b"\n", b"rest"):
        await asyncio.sleep(1)
        trace("feeds")
        feed(stream, piece)
    await asyncio.sleep(1)
    stream.feed_eof()
    await task


async def leaving_and_coming_back():
    stream = new_stream()
    feed(stream, b"a\nb\nc\n")
    stream.feed_eof()
    await iterates(stream, b"b\n")
    await iterates(stream)


async def an_error_ends_it():
    stream = new_stream()
    task = asyncio.create_task(iterates(stream), name="reader")
    feed(stream, b"a\n")
    await asyncio.sleep(1)
    stream.set_exception(ScenarioError(1))
    await task


async def so_does_a_long_line():
    stream = new_stream(3)
    feed(stream, b"abc\nabcd\nx\n")
    stream.feed_eof()
    await iterates(stream)
    await iterates(stream)


run(to_the_end, line_by_line, leaving_and_coming_back, an_error_ends_it, so_does_a_long_line)
