"""loop.sock_recv: what is there, what comes, the end, and a cancel."""

# needs: sockets

import asyncio

import scenario
from scenario import trace
from socket_scenario import close, outcome, settle, stream_pair, text_of


async def receives():
    loop = asyncio.get_running_loop()
    one, other = stream_pair()
    other.send(b"there")
    trace(await text_of(loop.sock_recv(one, 100)))
    task = asyncio.create_task(text_of(loop.sock_recv(one, 100)))
    await settle()
    trace(f"done {task.done()}")
    other.send(b"later")
    trace(await task)
    other.send(b"in pieces")
    trace(await text_of(loop.sock_recv(one, 3)))
    trace(await text_of(loop.sock_recv(one, 100)))
    close(one, other)


async def into_a_buffer():
    loop = asyncio.get_running_loop()
    one, other = stream_pair()
    buffer = bytearray(4)
    task = asyncio.create_task(outcome(loop.sock_recv_into(one, buffer)))
    await settle()
    other.send(b"123456")
    trace(f"{await task} {buffer.decode()}")
    trace(await outcome(loop.sock_recv_into(one, buffer)))
    trace(buffer.decode())
    close(one, other)


async def the_end():
    loop = asyncio.get_running_loop()
    one, other = stream_pair()
    task = asyncio.create_task(text_of(loop.sock_recv(one, 100)))
    await settle()
    other.send(b"last")
    other.close()
    trace(await task)
    trace(await text_of(loop.sock_recv(one, 100)))
    trace(await text_of(loop.sock_recv(one, 100)))
    close(one)


async def cancelled():
    loop = asyncio.get_running_loop()
    one, other = stream_pair()
    for _ in range(2):
        task = asyncio.create_task(text_of(loop.sock_recv(one, 100)))
        await settle()
        task.cancel()
        trace(await task)
    other.send(b"kept")
    trace(await text_of(loop.sock_recv(one, 100)))
    close(one, other)


async def timed_out():
    loop = asyncio.get_running_loop()
    one, other = stream_pair()
    trace(await outcome(asyncio.wait_for(loop.sock_recv(one, 100), 0.01)))
    other.send(b"kept")
    trace(await text_of(asyncio.wait_for(loop.sock_recv(one, 100), 10)))
    close(one, other)


scenario.run(receives, into_a_buffer, the_end, cancelled, timed_out)
