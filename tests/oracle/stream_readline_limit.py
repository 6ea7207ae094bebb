"""A line that is longer than the limit: an error, and what is dropped."""

import asyncio

from scenario import run, trace
from stream_scenario import do_read, do_read_all, do_readline, feed, new_stream, reads


async def rest(stream):
    stream.feed_eof()
    trace(f"rest {await do_read_all(stream)}")


async def a_long_line_is_dropped():
    stream = new_stream(3)
    feed(stream, b"li", b"ne1\nab\n")
    trace(await do_readline(stream))
    trace(await do_readline(stream))


async def one_after_the_other():
    stream = new_stream(3)
    feed(stream, b"li", b"ne1\nline2\n")
    trace(await do_readline(stream))
    trace(await do_readline(stream))
    await rest(stream)


async def all_is_dropped_before_the_newline():
    stream = new_stream(3)
    feed(stream, b"li", b"ne1", b"li")
    trace(await do_readline(stream))
    await rest(stream)


async def exactly_the_limit():
    stream = new_stream(5)
    feed(stream, b"12345\n123456\nx")
    trace(await do_readline(stream))
    trace(await do_readline(stream))
    await rest(stream)


async def it_grows_while_waiting():
    stream = new_stream(7)
    task = asyncio.create_task(reads(do_readline, stream), name="reader")
    await asyncio.sleep(1)
    feed(stream, b"chunk1", b"chunk2", b"chunk3\n")
    stream.feed_eof()
    await task
    trace(await do_readline(stream))


async def piece_by_piece():
    stream = new_stream(7)
    task = asyncio.create_task(reads(do_readline, stream), name="reader")
    for piece in (b"chunk1", b"c", b"h"):
        await asyncio.sleep(1)
        trace(f"feeds {piece.decode()}")
        feed(stream, piece)
    await task
    feed(stream, b"unk2\n")
    trace(await do_read(stream, 30))


async def found_later_but_too_far():
    stream = new_stream(7)
    task = asyncio.create_task(reads(do_readline, stream), name="reader")
    await asyncio.sleep(1)
    feed(stream, b"chunk1")
    await asyncio.sleep(1)
    feed(stream, b"chunk2\n", b"chunk3\n")
    await task
    trace(await do_readline(stream))


run(
    a_long_line_is_dropped,
    one_after_the_other,
    all_is_dropped_before_the_newline,
    exactly_the_limit,
    it_grows_while_waiting,
    piece_by_piece,
    found_later_but_too_far,
)
