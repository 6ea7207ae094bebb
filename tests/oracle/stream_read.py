"""read(n): what is there, at most n bytes; it waits only where nothing is."""

import asyncio

from scenario import run, trace
from stream_scenario import do_read, feed, new_stream, reads


async def zero_takes_nothing():
    stream = new_stream()
    trace(await do_read(stream, 0))
    feed(stream, b"data")
    trace(await do_read(stream, 0))
    trace(await do_read(stream, 10))


async def takes_what_is_there():
    stream = new_stream()
    feed(stream, b"", b"abc", b"def\n")
    for size in (4, 2, 9):
        trace(await do_read(stream, size))


async def a_line_is_nothing_special():
    stream = new_stream()
    feed(stream, b"line1\n", b"line2")
    trace(await do_read(stream, 5))
    trace(await do_read(stream, 5))
    trace(await do_read(stream, 5))


async def waits_for_the_first_bytes():
    stream = new_stream()
    task = asyncio.create_task(reads(do_read, stream, 30), name="reader")
    await asyncio.sleep(1)
    feed(stream, b"ab", b"cd")
    trace("fed")
    await task


async def more_than_was_asked_for():
    stream = new_stream()
    task = asyncio.create_task(reads(do_read, stream, 3), name="reader")
    await asyncio.sleep(1)
    feed(stream, b"abcdef", b"g")
    await task
    trace(await do_read(stream, 30))


async def the_end_while_waiting():
    stream = new_stream()
    task = asyncio.create_task(reads(do_read, stream, 3), name="reader")
    await asyncio.sleep(1)
    stream.feed_eof()
    await task
    trace(await do_read(stream, 3))


async def bytes_and_the_end_at_once():
    stream = new_stream()
    task = asyncio.create_task(reads(do_read, stream, 30), name="reader")
    await asyncio.sleep(1)
    feed(stream, b"last")
    stream.feed_eof()
    await task
    trace(await do_read(stream, 3))


async def more_than_the_limit():
    stream = new_stream(3)
    feed(stream, b"abcdef")
    trace(await do_read(stream, 5))
    trace(await do_read(stream, 5))


run(
    zero_takes_nothing,
    takes_what_is_there,
    a_line_is_nothing_special,
    waits_for_the_first_bytes,
    more_than_was_asked_for,
    the_end_while_waiting,
    bytes_and_the_end_at_once,
    more_than_the_limit,
)
