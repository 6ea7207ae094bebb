"""A stream on a socket: reading, writing, and the end."""
# needs: sockets

import asyncio

from scenario import outcome, run, show, trace
from transport_scenario import Recorder, close_stream, open_stream, settle
from stream_scenario import do_read, do_readexactly, do_readline, do_readuntil, reads


async def a_conversation():
    side = Recorder("peer")
    await open_stream(side)
    for text in (b"one\n", b"two\n"):
        side.put(text)
        trace(await do_readline(side.reader))
        side.writer.write(b"answer")
        await side.writer.drain()
        trace(await side.peer_gets(6))
    side.peer.close()
    trace(await do_readline(side.reader))
    trace(f"at_eof {int(side.reader.at_eof())}")
    await close_stream(side)


async def over_pieces():
    side = Recorder("peer")
    await open_stream(side)
    task = asyncio.create_task(reads(do_readexactly, side.reader, 6), name="reader")
    for text in (b"ab", b"cd", b"ef|gh"):
        await settle()
        side.put(text)
    await task
    trace(await do_readuntil(side.reader, b"|"))
    trace(await do_read(side.reader, 9))
    await close_stream(side)


async def one_direction_ends():
    side = Recorder("peer")
    await open_stream(side)
    trace(f"can_write_eof {int(side.writer.can_write_eof())}")
    side.writer.write(b"request")
    side.writer.write_eof()
    trace(await side.peer_gets(100))
    side.put(b"answer")
    trace(await do_read(side.reader, 9))
    side.peer.close()
    trace(await do_read(side.reader, 9))
    await close_stream(side)


async def the_peer_ends_first():
    side = Recorder("peer")
    await open_stream(side)
    side.put(b"request")
    side.peer.shutdown(1)
    trace(await do_readexactly(side.reader, 9))
    trace(await do_read(side.reader, 9))
    side.writer.writelines([b"an", b"swer"])
    trace(await side.peer_gets(6))
    trace(f"closing {int(side.writer.is_closing())}")
    await close_stream(side)


async def the_connection_is_lost():
    side = Recorder("peer")
    await open_stream(side)
    side.writer.write(b"not read")
    await settle()
    side.peer.close()
    trace(await do_read(side.reader, 9))
    trace(await do_readline(side.reader))
    trace(show(side.reader.exception()))
    trace(await outcome(side.writer.drain()))
    trace(await outcome(side.writer.wait_closed()))
    await close_stream(side)


async def lost_under_a_reader():
    side = Recorder("peer")
    await open_stream(side)
    side.writer.write(b"not read")
    task = asyncio.create_task(reads(do_readline, side.reader), name="reader")
    await settle()
    side.peer.close()
    await task
    await close_stream(side)


async def a_line_over_the_limit():
    side = Recorder("peer")
    await open_stream(side, limit=4)
    side.put(b"12345\nab\n")
    trace(await do_readline(side.reader))
    trace(await do_readline(side.reader))
    await close_stream(side)


run(
    a_conversation,
    over_pieces,
    one_direction_ends,
    the_peer_ends_first,
    the_connection_is_lost,
    lost_under_a_reader,
    a_line_over_the_limit,
)
