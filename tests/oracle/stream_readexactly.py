"""readexactly(n): all of it, or an error that has what there was."""

import asyncio

from scenario import ScenarioError, run, trace
from stream_scenario import do_read, do_readexactly, feed, new_stream, reads


async def zero():
    stream = new_stream()
    trace(await do_readexactly(stream, 0))
    feed(stream, b"data")
    trace(await do_readexactly(stream, 0))
    trace(await do_readexactly(stream, 4))


async def what_had_come_before():
    stream = new_stream()
    feed(stream, b"line1", b"line2")
    for size in (3, 4, 3):
        trace(await do_readexactly(stream, size))


async def over_pieces():
    stream = new_stream()
    feed(stream, b"ab")
    task = asyncio.create_task(reads(do_readexactly, stream, 9), name="reader")
    for piece in (b"cd", b"ef", b"ghijkl"):
        await asyncio.sleep(1)
        trace("feeds")
        feed(stream, piece)
    await task
    trace(await do_read(stream, 30))


async def more_than_the_limit():
    stream = new_stream(3)
    task = asyncio.create_task(reads(do_readexactly, stream, 8), name="reader")
    await asyncio.sleep(1)
    feed(stream, b"1234", b"567890")
    await task
    trace(await do_readexactly(stream, 2))


async def the_end_first():
    stream = new_stream()
    feed(stream, b"abc")
    stream.feed_eof()
    trace(await do_readexactly(stream, 3))
    trace(await do_readexactly(stream, 0))
    trace(await do_readexactly(stream, 1))


async def the_end_while_waiting():
    stream = new_stream()
    feed(stream, b"ab")
    task = asyncio.create_task(reads(do_readexactly, stream, 9), name="reader")
    await asyncio.sleep(1)
    feed(stream, b"cd")
    stream.feed_eof()
    await task
    trace(f"at_eof {int(stream.at_eof())}")


async def an_error():
    stream = new_stream()
    feed(stream, b"line\n")
    trace(await do_readexactly(stream, 2))
    stream.set_exception(ScenarioError(3))
    trace(await do_readexactly(stream, 2))
    trace(await do_readexactly(stream, 0))


async def an_error_while_waiting():
    stream = new_stream()
    feed(stream, b"li")
    task = asyncio.create_task(reads(do_readexactly, stream, 4), name="reader")
    await asyncio.sleep(1)
    stream.set_exception(ScenarioError(3))
    await task


async def a_cancel_takes_nothing():
    stream = new_stream()
    feed(stream, b"ab")
    task = asyncio.create_task(reads(do_readexactly, stream, 6), name="reader")
    await asyncio.sleep(1)
    feed(stream, b"cd")
    await asyncio.sleep(1)
    task.cancel()
    await task
    feed(stream, b"ef")
    trace(await do_readexactly(stream, 6))


run(
    zero,
    what_had_come_before,
    over_pieces,
    more_than_the_limit,
    the_end_first,
    the_end_while_waiting,
    an_error,
    an_error_while_waiting,
    a_cancel_takes_nothing,
)
