"""When a reader runs: bytes wake it in its turn, one reader at a time."""

import asyncio

from scenario import run, trace
from stream_scenario import do_read, do_readline, feed, new_stream, reads


def say_soon(text):
    asyncio.get_running_loop().call_soon(trace, text)


async def in_turn_with_callbacks():
    stream = new_stream()
    task = asyncio.create_task(reads(do_read, stream, 9), name="reader")
    await asyncio.sleep(1)
    say_soon("before")
    feed(stream, b"one")
    say_soon("between")
    feed(stream, b"two")
    say_soon("after")
    await task


async def two_streams_in_the_order_of_feeding():
    first, second = new_stream(), new_stream()
    tasks = [
        asyncio.create_task(reads(do_read, first, 9), name="first"),
        asyncio.create_task(reads(do_read, second, 9), name="second"),
    ]
    await asyncio.sleep(1)
    feed(second, b"2")
    feed(first, b"1")
    for task in tasks:
        await task


async def a_second_reader_is_refused():
    stream = new_stream()
    task = asyncio.create_task(reads(do_readline, stream), name="first")
    await asyncio.sleep(1)
    trace(await do_read(stream, 1))
    trace(await do_readline(stream))
    feed(stream, b"for the first\n")
    await task


async def a_cancelled_reader_makes_room():
    stream = new_stream()
    first = asyncio.create_task(reads(do_readline, stream), name="first")
    await asyncio.sleep(1)
    first.cancel()
    await first
    second = asyncio.create_task(reads(do_readline, stream), name="second")
    await asyncio.sleep(1)
    feed(stream, b"line\n")
    await second


async def a_cancel_after_the_bytes():
    stream = new_stream()
    task = asyncio.create_task(reads(do_readline, stream), name="reader")
    await asyncio.sleep(1)
    feed(stream, b"line\n")
    task.cancel()
    await task
    trace(await do_readline(stream))


async def bytes_after_the_cancel():
    stream = new_stream()
    task = asyncio.create_task(reads(do_readline, stream), name="reader")
    await asyncio.sleep(1)
    task.cancel()
    feed(stream, b"line\n")
    await task
    trace(await do_readline(stream))


async def what_is_there_does_not_suspend():
    stream = new_stream()
    feed(stream, b"a\nb\n")
    say_soon("soon")
    trace(await do_readline(stream))
    trace(await do_read(stream, 9))
    await asyncio.sleep(0)


async def a_timeout_takes_nothing():
    stream = new_stream()
    try:
        async with asyncio.timeout(1):
            feed(stream, b"par")
            await stream.readline()
    except TimeoutError:
        trace("timeout")
    feed(stream, b"tial\n")
    trace(await do_readline(stream))


run(
    in_turn_with_callbacks,
    two_streams_in_the_order_of_feeding,
    a_second_reader_is_refused,
    a_cancelled_reader_makes_room,
    a_cancel_after_the_bytes,
    bytes_after_the_cancel,
    what_is_there_does_not_suspend,
    a_timeout_takes_nothing,
)
