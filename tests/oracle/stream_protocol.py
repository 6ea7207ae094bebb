"""StreamReaderProtocol: a protocol that feeds a stream."""
# needs: sockets

import asyncio

from scenario import ScenarioError, run, show, trace
from transport_scenario import Recorder, set_handler, settle, socket_pair
from stream_scenario import do_read, do_readline


async def open_protocol(side, client_connected=None):
    own, side.peer = socket_pair()
    side.reader = asyncio.StreamReader()
    side.protocol = asyncio.StreamReaderProtocol(side.reader, client_connected)
    loop = asyncio.get_running_loop()
    side.transport, _ = await loop.create_connection(lambda: side.protocol, sock=own)
    trace("open")


async def end(side):
    side.transport.close()
    side.peer.close()
    await settle()


async def it_feeds_the_stream():
    side = Recorder("peer")
    await open_protocol(side)
    side.put(b"line\n")
    trace(await do_readline(side.reader))
    side.transport.write(b"answer")
    trace(await side.peer_gets(6))
    side.peer.shutdown(1)
    trace(await do_read(side.reader, 9))
    trace(f"closing {int(side.transport.is_closing())}")
    await end(side)


async def the_end_of_the_connection_is_the_stream_s():
    side = Recorder("peer")
    await open_protocol(side)
    side.put(b"before")
    await settle()
    side.transport.close()
    await settle()
    trace(await do_read(side.reader, 9))
    trace(await do_read(side.reader, 9))
    await end(side)


async def so_is_its_error():
    side = Recorder("peer")
    await open_protocol(side)
    side.transport.write(b"not read")
    await settle()
    side.peer.close()
    await settle()
    trace(show(side.reader.exception()))
    trace(await do_read(side.reader, 9))
    await end(side)


writers = []  # one that is collected closes its connection


def handler(number):
    async def client_connected(reader, writer):
        writers.append(writer)
        asyncio.current_task().set_name("handler")
        trace("begins")
        trace(await do_readline(reader))
        if number:
            raise ScenarioError(number)
        writer.write(b"answer")

    return client_connected


async def a_task_serves_it():
    set_handler()
    side = Recorder("peer")
    await open_protocol(side, handler(0))
    side.put(b"line\n")
    trace(await side.peer_gets(6))
    trace(f"closing {int(side.transport.is_closing())}")
    await end(side)


async def the_task_fails():
    set_handler()
    side = Recorder("peer")
    await open_protocol(side, handler(7))
    side.put(b"line\n")
    await settle()
    trace(f"closing {int(side.transport.is_closing())}")
    await end(side)


run(
    it_feeds_the_stream,
    the_end_of_the_connection_is_the_stream_s,
    so_is_its_error,
    a_task_serves_it,
    the_task_fails,
)
