"""Connections that cannot be made, and hosts with several addresses."""
# needs: sockets

import asyncio
import os
import socket
import tempfile

from scenario import outcome, run, trace
from transport_scenario import Recorder, new_server, port_of


def port_that_is_free():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


async def connects(**options):
    """Connects for a protocol that is never made, and says why not."""
    loop = asyncio.get_running_loop()
    trace(await outcome(loop.create_connection(lambda: Recorder("client"), **options)))


async def nobody_listens():
    port = port_that_is_free()
    await connects(host="127.0.0.1", port=port)
    trace(await outcome(asyncio.open_connection("127.0.0.1", port)))


async def all_errors():
    await connects(host="127.0.0.1", port=port_that_is_free(), all_errors=True)


async def no_such_socket():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "socket")
        loop = asyncio.get_running_loop()
        trace(await outcome(loop.create_unix_connection(lambda: Recorder("client"), path)))
        trace(await outcome(asyncio.open_unix_connection(path)))


OPTIONS = [{}, {"happy_eyeballs_delay": 60}, {"interleave": 1}]


async def nobody_listens_on_one_address():
    server_sides = [Recorder("a") for _ in range(3)]  # both ends are made in any order
    server = await new_server(*server_sides)
    port = port_of(server)
    loop = asyncio.get_running_loop()
    for server_side, options in zip(server_sides, OPTIONS):
        client_side = Recorder("a")
        await loop.create_connection(lambda side=client_side: side, "localhost", port, **options)
        await server_side.wait("made")
        await client_side.finish()
        await server_side.wait("lost")
    server.close()
    await server.wait_closed()


async def from_an_address_of_one_s_own():
    server_side, client_side = Recorder("a"), Recorder("a")
    server = await new_server(server_side)
    loop = asyncio.get_running_loop()
    await loop.create_connection(
        lambda: client_side, "127.0.0.1", port_of(server), local_addr=("127.0.0.2", 0)
    )
    await server_side.wait("made")
    trace(client_side.transport.get_extra_info("sockname")[0])
    trace(server_side.transport.get_extra_info("peername")[0])
    await client_side.finish()
    await server_side.wait("lost")
    server.close()
    await server.wait_closed()


run(
    nobody_listens,
    all_errors,
    no_such_socket,
    nobody_listens_on_one_address,
    from_an_address_of_one_s_own,
)
