"""Datagram endpoints at paths: their names, and what an earlier one has left."""

# needs: sockets

import asyncio
import os
import socket
import tempfile

import scenario
from scenario import trace
from socket_scenario import Protocol, endpoint, outcome, settle


class Echo(Protocol):
    def datagram_received(self, data, address):
        super().datagram_received(data, address)
        self.transport.sendto(data, address)


async def there_and_back():
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, name) for name in ("server", "client")]
        server = await endpoint(Echo("server"), local_addr=paths[0], family=socket.AF_UNIX)
        client = await endpoint(
            Protocol("client"), local_addr=paths[1], remote_addr=paths[0], family=socket.AF_UNIX
        )
        trace(f"peername {client.get_extra_info('peername') == paths[0]}")
        client.sendto(b"hello")
        await settle()
        server.close()
        await settle()
        trace(f"left {os.path.exists(paths[0])}")
        client.sendto(b"x")
        client.close()
        await settle()


async def what_was_left():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "socket")
        for name in ("first", "second"):
            transport = await endpoint(Protocol(name), local_addr=path, family=socket.AF_UNIX)
            transport.close()
            await settle()
        os.unlink(path)
        with open(path, "w"):
            pass
        trace(await outcome(endpoint(Protocol("third"), local_addr=path, family=socket.AF_UNIX)))
        trace(f"left {os.path.exists(path)}")


async def nobody_is_there():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "socket")
        trace(await outcome(endpoint(Protocol("p"), remote_addr=path, family=socket.AF_UNIX)))


scenario.run(there_and_back, what_was_left, nobody_is_there)
