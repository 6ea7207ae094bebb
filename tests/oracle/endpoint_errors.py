"""Datagram endpoints: errors of the network, wrong addresses, callbacks that fail."""

# needs: sockets

import asyncio

import scenario
from scenario import attempt, trace
from socket_scenario import Protocol, close, datagram_pair, endpoint, settle, udp


async def nobody_is_there():
    one = udp()
    address = one.getsockname()
    close(one)
    client = await endpoint(Protocol("client"), remote_addr=address)
    client.sendto(b"x")
    await settle()
    trace(f"closing {client.is_closing()}")
    client.sendto(b"x")
    trace("the next one meets the answer")
    client.sendto(b"x")
    trace("told inside")
    await settle()
    client.close()
    await settle()


async def too_long():
    one = udp()
    client = await endpoint(Protocol("client"), remote_addr=one.getsockname())
    client.sendto(bytes(70000))
    trace("told inside")
    client.sendto(b"short")
    trace(one.recv(100).decode())
    client.close()
    await settle()
    close(one)


async def another_address():
    one, other = udp(), udp()
    client = await endpoint(Protocol("client"), remote_addr=one.getsockname())
    trace(attempt(client.sendto, b"x", other.getsockname()))
    trace(attempt(client.sendto, b"y", one.getsockname()))
    trace(one.recv(100).decode())
    client.close()
    await settle()
    close(one, other)


class Failing(Protocol):
    def connection_made(self, transport):
        super().connection_made(transport)
        raise scenario.ScenarioError(1)

    def datagram_received(self, data, address):
        super().datagram_received(data, address)
        raise scenario.ScenarioError(2)


async def failing_callbacks():
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: trace(scenario.show(context["exception"])))
    one, other = datagram_pair()
    transport = await endpoint(Failing("failing"), sock=one)
    for data in (b"a", b"b"):
        other.send(data)
        await settle()
    transport.close()
    await settle()
    close(other)


scenario.run(nobody_is_there, too_long, another_address, failing_callbacks)
