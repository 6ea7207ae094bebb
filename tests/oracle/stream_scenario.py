"""What the scenarios of streams share; stream_scenario.h is the same for the C half."""

import asyncio

from scenario import show, trace

SHOWN_MAX = 40


def quote(data):
    """Bytes as a line of the trace shows them."""
    if len(data) > SHOWN_MAX:
        return f"{len(data)} bytes"
    text = data.decode("latin-1").replace("\n", "\\n").replace("\r", "\\r")
    return f"'{text}'"


async def _outcome(awaitable):
    try:
        return quote(await awaitable)
    except asyncio.IncompleteReadError as error:
        return f"IncompleteReadError {quote(error.partial)}"
    except BaseException as error:
        return show(error)


# One call each; they return what it came to.


async def do_read(stream, size):
    return await _outcome(stream.read(size))


async def do_read_all(stream):
    return await _outcome(stream.read())


async def do_readexactly(stream, size):
    return await _outcome(stream.readexactly(size))


async def do_readline(stream):
    return await _outcome(stream.readline())


async def do_readuntil(stream, separator):
    return await _outcome(stream.readuntil(separator))


async def do_readuntil_any(stream, *separators):
    return await _outcome(stream.readuntil(separators))


# The same as a task.


async def reads(call, stream, *args):
    """Traces what a call comes to."""
    trace(f"{call.__name__[3:]}: {await call(stream, *args)}")


def new_stream(limit=2**16):
    return asyncio.StreamReader(limit=limit)


def feed(stream, *pieces):
    for piece in pieces:
        stream.feed_data(piece)
