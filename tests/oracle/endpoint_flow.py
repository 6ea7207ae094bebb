"""Datagram endpoints: the queue, its size, its marks, and who is told to pause."""

# needs: sockets

import asyncio

import scenario
from scenario import attempt, trace
from socket_scenario import Protocol, close, datagram_pair, drain, endpoint, fill, settle


async def marks():
    one, other = datagram_pair()
    transport = await endpoint(Protocol("limited"), sock=one)
    trace("%d %d" % transport.get_write_buffer_limits())
    transport.set_write_buffer_limits(1000)
    trace("%d %d" % transport.get_write_buffer_limits())
    transport.set_write_buffer_limits(1000, 300)
    trace("%d %d" % transport.get_write_buffer_limits())
    trace(attempt(transport.set_write_buffer_limits, 10, 20))
    transport.set_write_buffer_limits(0)
    trace("%d %d" % transport.get_write_buffer_limits())
    transport.close()
    await settle()
    close(other)


async def pauses_and_resumes():
    one, other = datagram_pair()
    transport = await endpoint(Protocol("limited"), sock=one)
    transport.set_write_buffer_limits(1000, 500)
    fill(one)
    for data in (b"a" * 400, b"b" * 400, b"", b"c" * 176):
        transport.sendto(data)
        trace(f"queued {transport.get_write_buffer_size()}")
    transport.sendto(b"d")
    trace(f"queued {transport.get_write_buffer_size()}")
    await settle()
    trace(drain(other))
    await settle()
    trace(drain(other))
    transport.sendto(b"at once")
    trace(drain(other))
    transport.close()
    await settle()
    close(other)


async def smaller_marks_pause_at_once():
    one, other = datagram_pair()
    transport = await endpoint(Protocol("limited"), sock=one)
    fill(one)
    transport.sendto(b"x")
    trace(f"queued {transport.get_write_buffer_size()}")
    transport.set_write_buffer_limits(9)
    transport.set_write_buffer_limits(8)
    trace("set")
    transport.abort()
    await settle()
    close(other)


scenario.run(marks, pauses_and_resumes, smaller_marks_pause_at_once)
