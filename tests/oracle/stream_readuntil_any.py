"""readuntil() with several separators: the shortest match wins."""
# needs: 3.13

import asyncio

from scenario import run, trace
from stream_scenario import do_read, do_readuntil_any, feed, new_stream


async def none_or_an_empty_one():
    stream = new_stream()
    trace(await do_readuntil_any(stream))
    trace(await do_readuntil_any(stream, b"x", b""))


async def whichever_comes_first():
    stream = new_stream()
    feed(stream, b"line 1\nline 2\r\nline 3\r")
    for _ in range(4):
        trace(await do_readuntil_any(stream, b"\r", b"\n"))


async def one_ends_the_other():
    stream = new_stream()
    feed(stream, b"aENDbSEPcENDSEP")
    trace(await do_readuntil_any(stream, b"ENDSEP", b"SEP"))
    trace(await do_readuntil_any(stream, b"SEP", b"ENDSEP"))


async def one_begins_the_other():
    stream = new_stream()
    feed(stream, b"aABCbAB")
    trace(await do_readuntil_any(stream, b"ABC", b"AB"))
    trace(await do_read(stream, 30))


async def the_longer_one_ends_first():
    stream = new_stream()
    feed(stream, b"xxlongerxx-")
    trace(await do_readuntil_any(stream, b"-", b"longer"))


async def the_limit_is_that_of_the_match():
    stream = new_stream(3)
    feed(stream, b"dataA")
    trace(await do_readuntil_any(stream, b"A", b"ataA"))
    trace(await do_readuntil_any(stream, b"ataA"))


async def longer_than_what_is_there():
    stream = new_stream()
    feed(stream, b"data")
    task = asyncio.create_task(do_readuntil_any(stream, b"A", b"long sep"), name="reader")
    await asyncio.sleep(1)
    feed(stream, b"Z")
    await asyncio.sleep(1)
    feed(stream, b"ZAAA")
    trace(await task)
    trace(await do_read(stream, 30))


async def the_end_first():
    stream = new_stream()
    feed(stream, b"dataB")
    stream.feed_eof()
    trace(await do_readuntil_any(stream, b"A", b"BB"))


run(
    none_or_an_empty_one,
    whichever_comes_first,
    one_ends_the_other,
    one_begins_the_other,
    the_longer_one_ends_first,
    the_limit_is_that_of_the_match,
    longer_than_what_is_there,
    the_end_first,
)
