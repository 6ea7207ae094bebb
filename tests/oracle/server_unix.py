"""A server on a Unix socket, and the file that is its address."""
# needs: sockets
# needs: 3.13

import asyncio
import os
import socket
import tempfile

from scenario import outcome, run, trace
from transport_scenario import Recorder


def trace_file(path):
    trace(f"exists {int(os.path.exists(path))}")


async def new_server(path, *recorders, **options):
    factory = iter(recorders).__next__
    return await asyncio.get_running_loop().create_unix_server(factory, path, **options)


async def end(server):
    server.close()
    await server.wait_closed()


async def a_conversation():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "socket")
        server_side, client_side = Recorder("a"), Recorder("a")  # made in any order
        server = await new_server(path, server_side)
        trace_file(path)
        loop = asyncio.get_running_loop()
        await loop.create_unix_connection(lambda: client_side, path)
        await server_side.wait("made")
        client_side.transport.write(b"hello")
        await server_side.wait("data")
        server_side.transport.write(b"answer")
        await client_side.wait("data")
        client_side.transport.close()
        await client_side.wait("lost")
        await server_side.wait("lost")
        await end(server)
        trace_file(path)


async def the_file_is_kept():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "socket")
        server = await new_server(path, cleanup_socket=False)
        await end(server)
        trace_file(path)


async def the_file_is_gone_already():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "socket")
        server = await new_server(path)
        os.unlink(path)
        await end(server)
        trace_file(path)


async def another_has_taken_the_path():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "socket")
        first = await new_server(path)
        os.unlink(path)
        second = await new_server(path)
        await end(first)
        trace_file(path)
        await end(second)
        trace_file(path)


async def a_file_of_another_kind_has_it():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "socket")
        with open(path, "w", encoding="ascii") as file:
            file.write("mine")
        try:
            await new_server(path)
        except OSError:
            trace("refused")
        trace_file(path)


async def what_is_left_of_another_is_replaced():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "socket")
        left = socket.socket(socket.AF_UNIX)
        left.bind(path)
        left.close()
        loop = asyncio.get_running_loop()
        trace(await outcome(loop.create_unix_connection(lambda: Recorder("a"), path)))
        server = await new_server(path)
        trace_file(path)
        await end(server)
        trace_file(path)
        trace(await outcome(loop.create_unix_connection(lambda: Recorder("a"), path)))


run(
    a_conversation,
    the_file_is_kept,
    the_file_is_gone_already,
    another_has_taken_the_path,
    a_file_of_another_kind_has_it,
    what_is_left_of_another_is_replaced,
)
