"""read(): everything up to the end of the stream."""

import asyncio

from scenario import ScenarioError, run, trace
from stream_scenario import do_read_all, feed, new_stream, reads


async def over_pieces():
    stream = new_stream()
    task = asyncio.create_task(reads(do_read_all, stream), name="reader")
    for piece in (b"chunk1\n", b"chunk2", b"\n"):
        await asyncio.sleep(1)
        feed(stream, piece)
    await asyncio.sleep(1)
    trace("ends")
    stream.feed_eof()
    await task
    trace(await do_read_all(stream))


async def what_had_come_before():
    stream = new_stream()
    feed(stream, b"before")
    stream.feed_eof()
    trace(await do_read_all(stream))
    trace(f"at_eof {int(stream.at_eof())}")


async def nothing_at_all():
    stream = new_stream()
    task = asyncio.create_task(reads(do_read_all, stream), name="reader")
    await asyncio.sleep(1)
    stream.feed_eof()
    await task


async def more_than_the_limit():
    stream = new_stream(3)
    feed(stream, b"chunk")
    task = asyncio.create_task(reads(do_read_all, stream), name="reader")
    await asyncio.sleep(1)
    feed(stream, b" and more than one of the limit, and of two")
    stream.feed_eof()
    await task


async def an_error_instead_of_the_end():
    stream = new_stream()
    feed(stream, b"some")
    task = asyncio.create_task(reads(do_read_all, stream), name="reader")
    await asyncio.sleep(1)
    stream.set_exception(ScenarioError(4))
    await task
    trace(await do_read_all(stream))


run(
    over_pieces,
    what_had_come_before,
    nothing_at_all,
    more_than_the_limit,
    an_error_instead_of_the_end,
)
