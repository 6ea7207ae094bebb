"""set_exception(): every read fails, the one that waits too."""

import asyncio

from scenario import ScenarioError, run, show, trace
from stream_scenario import do_read, do_readline, do_readuntil, feed, new_stream, reads


async def every_read_fails():
    stream = new_stream()
    feed(stream, b"data\n")
    trace(show(stream.exception()))
    stream.set_exception(ScenarioError(1))
    trace(show(stream.exception()))
    trace(await do_read(stream, 1))
    trace(await do_readline(stream))
    trace(await do_readuntil(stream, b"\n"))
    trace(f"at_eof {int(stream.at_eof())}")


async def who_waits_is_told():
    stream = new_stream()
    task = asyncio.create_task(reads(do_read, stream, 2), name="reader")
    await asyncio.sleep(1)
    stream.set_exception(ScenarioError(2))
    trace("set")
    await task


async def the_last_one_counts():
    stream = new_stream()
    task = asyncio.create_task(reads(do_read, stream, 2), name="reader")
    stream.set_exception(ScenarioError(1))
    stream.set_exception(ScenarioError(2))
    await task
    trace(show(stream.exception()))


async def after_the_end():
    stream = new_stream()
    feed(stream, b"rest")
    stream.feed_eof()
    stream.set_exception(ScenarioError(3))
    trace(await do_read(stream, 30))


async def after_a_cancelled_read():
    stream = new_stream()
    task = asyncio.create_task(reads(do_readline, stream), name="reader")
    await asyncio.sleep(1)
    task.cancel()
    stream.set_exception(ScenarioError(4))
    await asyncio.sleep(0)
    trace(f"done {int(task.done())}")
    await asyncio.wait([task])
    trace(show(stream.exception()))


async def a_cancel_after_it():
    stream = new_stream()
    task = asyncio.create_task(reads(do_readline, stream), name="reader")
    await asyncio.sleep(1)
    stream.set_exception(ScenarioError(5))
    task.cancel()
    await asyncio.wait([task])


run(
    every_read_fails,
    who_waits_is_told,
    the_last_one_counts,
    after_the_end,
    after_a_cancelled_read,
    a_cancel_after_it,
)
