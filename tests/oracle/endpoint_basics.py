"""loop.create_datagram_endpoint: what a protocol is told, from the beginning to the end."""

# needs: sockets

import asyncio

import scenario
from scenario import trace
from socket_scenario import Protocol, close, datagram_pair, endpoint, outcome, settle, udp


class Echo(Protocol):
    def datagram_received(self, data, address):
        super().datagram_received(data, address)
        self.transport.sendto(data, address)


async def echo():
    server = await endpoint(Echo("server"), local_addr=("127.0.0.1", 0))
    trace("server stands")
    client = await endpoint(Protocol("client"), remote_addr=server.get_extra_info("sockname"))
    trace("client stands")
    for data in (b"one", b"", b"x" * 1000):
        client.sendto(data)
        await settle()
    client.close()
    server.close()
    trace("closing")
    await settle()


async def extra_info():
    one = udp()
    transport = await endpoint(Protocol("named"), remote_addr=one.getsockname())
    trace(f"peername {transport.get_extra_info('peername') == one.getsockname()}")
    trace(f"sockname {transport.get_extra_info('sockname') is not None}")
    trace(f"nothing {transport.get_extra_info('no such thing')}")
    transport.close()
    await settle()
    transport = await endpoint(Protocol("bound"), local_addr=("127.0.0.1", 0))
    trace(f"peername {transport.get_extra_info('peername')}")
    transport.close()
    await settle()
    close(one)


async def a_socket_of_ones_own():
    one, other = datagram_pair()
    transport = await endpoint(Protocol("given"), sock=one)
    other.send(b"hello")
    await settle()
    transport.sendto(b"answer")
    trace(other.recv(100).decode())
    transport.close()
    await settle()
    close(other)


async def another_protocol():
    one, other = datagram_pair()
    first, second = Protocol("first"), Protocol("second")
    transport = await endpoint(first, sock=one)
    trace(f"the first {transport.get_protocol() is first}")
    transport.set_protocol(second)
    trace(f"the second {transport.get_protocol() is second}")
    other.send(b"hello")
    await settle()
    transport.close()
    await settle()
    close(other)


async def contradictions():
    one, other = datagram_pair()
    trace(await outcome(endpoint(Protocol("none"))))
    trace(await outcome(endpoint(Protocol("none"), sock=one, reuse_port=True)))
    trace(await outcome(endpoint(Protocol("none"), sock=one, local_addr=("127.0.0.1", 7))))
    trace(await outcome(endpoint(Protocol("none"), local_addr=("127.0.0.1", 0),
                                 remote_addr=("::1", 7))))
    close(one, other)
    transport = await endpoint(Protocol("first"), local_addr=("127.0.0.1", 0))
    address = transport.get_extra_info("sockname")
    trace(await outcome(endpoint(Protocol("second"), local_addr=address)))
    transport.close()
    await settle()


scenario.run(echo, extra_info, a_socket_of_ones_own, another_protocol, contradictions)
