"""A separator that is too far away: an error, and nothing is taken."""

import asyncio

from scenario import run, trace
from stream_scenario import do_read, do_readuntil, feed, new_stream, reads


async def not_found_within_the_limit():
    stream = new_stream(3)
    feed(stream, b"some dataAA")
    trace(await do_readuntil(stream, b"AAA"))
    trace(await do_readuntil(stream, b"AAA"))
    feed(stream, b"A")
    trace(await do_readuntil(stream, b"AAA"))
    trace(await do_read(stream, 30))


async def found_behind_the_limit():
    stream = new_stream(3)
    feed(stream, b"some dataAAA")
    trace(await do_readuntil(stream, b"AAA"))
    trace(await do_read(stream, 9))
    trace(await do_readuntil(stream, b"AAA"))


async def exactly_the_limit():
    stream = new_stream(4)
    feed(stream, b"1234AAA12345AAA")
    trace(await do_readuntil(stream, b"AAA"))
    trace(await do_readuntil(stream, b"AAA"))


async def a_part_of_the_separator_does_not_count():
    stream = new_stream(4)
    feed(stream, b"1234AA")
    task = asyncio.create_task(reads(do_readuntil, stream, b"AAA"), name="reader")
    await asyncio.sleep(1)
    trace("feeds")
    feed(stream, b"A")
    await task
    feed(stream, b"12345A")
    task = asyncio.create_task(reads(do_readuntil, stream, b"AAA"), name="reader")
    await asyncio.sleep(1)
    trace("feeds")
    feed(stream, b"A")
    await task
    trace(await do_read(stream, 30))


async def too_long_before_the_end():
    stream = new_stream(3)
    feed(stream, b"12345")
    stream.feed_eof()
    trace(await do_readuntil(stream, b"A"))
    trace(await do_read(stream, 2))
    trace(await do_readuntil(stream, b"A"))


run(
    not_found_within_the_limit,
    found_behind_the_limit,
    exactly_the_limit,
    a_part_of_the_separator_does_not_count,
    too_long_before_the_end,
)
