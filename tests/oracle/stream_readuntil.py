"""readuntil(): through the first separator, wherever the pieces are cut."""

import asyncio

from scenario import ScenarioError, run, trace
from stream_scenario import do_read, do_readuntil, feed, new_stream, reads


async def no_separator():
    stream = new_stream()
    trace(await do_readuntil(stream, b""))


async def cut_in_the_separator():
    stream = new_stream()
    feed(stream, b"lineAAA")
    trace(await do_readuntil(stream, b"AAA"))
    feed(stream, b"lineAAA")
    trace(await do_readuntil(stream, b"AAA"))
    feed(stream, b"lineAAAxxx")
    trace(await do_readuntil(stream, b"AAA"))
    trace(await do_readuntil(stream, b"xxx"))


async def byte_by_byte():
    stream = new_stream()
    feed(stream, b"QWEaa")
    task = asyncio.create_task(reads(do_readuntil, stream, b"aaa"), name="reader")
    await asyncio.sleep(1)
    feed(stream, b"a")
    await task
    feed(stream, b"QWEa")
    task = asyncio.create_task(reads(do_readuntil, stream, b"aaa"), name="reader")
    for _ in range(2):
        await asyncio.sleep(1)
        trace("feeds")
        feed(stream, b"a")
    await task


async def a_beginning_that_is_none():
    stream = new_stream()
    feed(stream, b"aaa")
    task = asyncio.create_task(reads(do_readuntil, stream, b"Xaaa"), name="reader")
    await asyncio.sleep(1)
    feed(stream, b"Xaa")
    await asyncio.sleep(1)
    feed(stream, b"Xaaaa")
    await task
    trace(await do_read(stream, 30))


async def the_end_first():
    stream = new_stream()
    feed(stream, b"some dataAA")
    stream.feed_eof()
    trace(await do_readuntil(stream, b"AAA"))
    trace(await do_readuntil(stream, b"AAA"))


async def the_end_while_waiting():
    stream = new_stream()
    task = asyncio.create_task(reads(do_readuntil, stream, b"AAA"), name="reader")
    await asyncio.sleep(1)
    feed(stream, b"dataAA")
    await asyncio.sleep(1)
    stream.feed_eof()
    await task


async def the_separator_and_the_end_at_once():
    stream = new_stream()
    task = asyncio.create_task(reads(do_readuntil, stream, b"AAA"), name="reader")
    await asyncio.sleep(1)
    feed(stream, b"dataAAAx")
    stream.feed_eof()
    await task
    trace(await do_readuntil(stream, b"AAA"))


async def an_error_while_waiting():
    stream = new_stream()
    feed(stream, b"data")
    task = asyncio.create_task(reads(do_readuntil, stream, b"AAA"), name="reader")
    await asyncio.sleep(1)
    stream.set_exception(ScenarioError(2))
    await task


run(
    no_separator,
    cut_in_the_separator,
    byte_by_byte,
    a_beginning_that_is_none,
    the_end_first,
    the_end_while_waiting,
    the_separator_and_the_end_at_once,
    an_error_while_waiting,
)
