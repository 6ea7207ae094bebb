"""Datagram endpoints: close, abort, and the order of what is told at the end."""

# needs: sockets

import asyncio

import scenario
from scenario import trace
from socket_scenario import Protocol, close, datagram_pair, drain, endpoint, fill, outcome, settle


async def close_tells_later():
    loop = asyncio.get_running_loop()
    one, other = datagram_pair()
    transport = await endpoint(Protocol("p"), sock=one)
    loop.call_soon(trace, "before")
    transport.close()
    loop.call_soon(trace, "after")
    trace(f"closing {transport.is_closing()}")
    transport.close()
    await settle()
    close(other)


async def close_sends_what_is_queued():
    one, other = datagram_pair()
    transport = await endpoint(Protocol("p"), sock=one)
    fill(one)
    transport.sendto(b"first")
    transport.sendto(b"second")
    transport.close()
    await settle()
    trace("waits for the peer")
    trace(drain(other))
    await settle()
    trace(drain(other))
    close(other)


async def abort_drops_what_is_queued():
    one, other = datagram_pair()
    transport = await endpoint(Protocol("p"), sock=one)
    fill(one)
    transport.sendto(b"dropped")
    transport.abort()
    trace(f"closing {transport.is_closing()}")
    transport.abort()
    await settle()
    trace(drain(other))
    close(other)


async def abort_after_close():
    one, other = datagram_pair()
    transport = await endpoint(Protocol("p"), sock=one)
    fill(one)
    transport.sendto(b"dropped")
    transport.close()
    await settle()
    transport.abort()
    trace("aborted")
    await settle()
    trace(drain(other))
    close(other)


async def nothing_is_received_after_close():
    one, other = datagram_pair()
    transport = await endpoint(Protocol("p"), sock=one)
    other.send(b"too late")
    transport.close()
    await settle()
    close(other)


class Closing(Protocol):
    def connection_made(self, transport):
        super().connection_made(transport)
        transport.close()


async def closed_as_it_is_made():
    one, other = datagram_pair()
    trace(await outcome(endpoint_only(Closing("p"), one)))
    await settle()
    close(other)


async def endpoint_only(protocol, one):
    await endpoint(protocol, sock=one)


async def cancelled_as_it_is_made():
    one, other = datagram_pair()
    task = asyncio.create_task(outcome(endpoint_only(Protocol("p"), one)))
    await asyncio.sleep(0)
    task.cancel()
    trace(await task)
    await settle()
    close(other)


scenario.run(
    close_tells_later,
    close_sends_what_is_queued,
    abort_drops_what_is_queued,
    abort_after_close,
    nothing_is_received_after_close,
    closed_as_it_is_made,
    cancelled_as_it_is_made,
)
