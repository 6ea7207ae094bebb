"""Datagram endpoints: when a protocol is told, among the other callbacks of the loop."""

# needs: sockets

import asyncio

import scenario
from scenario import trace
from socket_scenario import Protocol, close, datagram_pair, endpoint, settle


class Soon(Protocol):
    def connection_made(self, transport):
        super().connection_made(transport)
        asyncio.get_running_loop().call_soon(trace, "soon after connection_made")

    def datagram_received(self, data, address):
        super().datagram_received(data, address)
        asyncio.get_running_loop().call_soon(trace, f"soon after '{data.decode()}'")


async def one_datagram_in_an_iteration():
    one, other = datagram_pair()
    transport = await endpoint(Soon("p"), sock=one)
    for data in (b"a", b"b", b"c", b"d", b"e", b"f"):
        other.send(data)
    await settle()
    await settle()
    transport.close()
    await settle()
    close(other)


async def what_was_there_before():
    loop = asyncio.get_running_loop()
    one, other = datagram_pair()
    other.send(b"early")
    loop.call_soon(trace, "soon before")
    transport = await endpoint(Soon("p"), sock=one)
    trace("stands")
    await settle()
    transport.close()
    await settle()
    close(other)


class Stopping(Protocol):
    def datagram_received(self, data, address):
        super().datagram_received(data, address)
        if data == b"c":
            self.transport.close()


async def closed_by_a_datagram():
    one, other = datagram_pair()
    await endpoint(Stopping("p"), sock=one)
    for data in (b"a", b"b", b"c", b"d", b"e", b"f"):
        other.send(data)
    await settle()
    await settle()
    close(other)


scenario.run(one_datagram_in_an_iteration, what_was_there_before, closed_by_a_datagram)
