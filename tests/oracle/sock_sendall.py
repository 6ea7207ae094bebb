"""loop.sock_sendall: much, nothing, to nobody, and a cancel in the middle."""

# needs: sockets

import asyncio

import scenario
from scenario import trace
from socket_scenario import close, outcome, settle, stream_pair

SIZE = 1 << 20


async def much():
    loop = asyncio.get_running_loop()
    one, other = stream_pair()
    data = bytes(range(256)) * (SIZE // 256)
    task = asyncio.create_task(outcome(loop.sock_sendall(one, data)))
    await settle()
    trace(f"done {task.done()}")
    received = bytearray()
    while len(received) < SIZE:
        received += await loop.sock_recv(other, 5000)
    trace(await task)
    trace(f"equal {received == data}")
    close(one, other)


async def nothing():
    loop = asyncio.get_running_loop()
    one, other = stream_pair()
    trace(await outcome(loop.sock_sendall(one, b"")))
    trace(await outcome(loop.sock_sendall(one, b"x")))
    trace(await outcome(loop.sock_recv_into(other, bytearray(9))))
    close(one, other)


async def to_nobody():
    loop = asyncio.get_running_loop()
    one, other = stream_pair()
    close(other)
    trace(await outcome(loop.sock_sendall(one, b"x")))
    close(one)
    one, other = stream_pair()
    task = asyncio.create_task(outcome(loop.sock_sendall(one, bytes(SIZE))))
    await settle()
    close(other)
    trace(await task)
    close(one)


async def cancelled():
    loop = asyncio.get_running_loop()
    one, other = stream_pair()
    task = asyncio.create_task(outcome(loop.sock_sendall(one, bytes(SIZE))))
    await settle()
    task.cancel()
    trace(await task)
    count = 0
    try:
        while True:
            count += len(other.recv(5000))
    except BlockingIOError:
        pass
    trace(f"some {0 < count < SIZE}")
    trace(await outcome(loop.sock_sendall(one, b"next")))
    trace(await outcome(loop.sock_recv_into(other, bytearray(9))))
    close(one, other)


async def both_directions_of_one_socket():
    loop = asyncio.get_running_loop()
    one, other = stream_pair()
    sender = asyncio.create_task(outcome(loop.sock_sendall(one, bytes(SIZE))))
    receiver = asyncio.create_task(outcome(loop.sock_recv_into(one, bytearray(9))))
    await settle()
    other.send(b"hello")
    trace(await receiver)
    trace(f"done {sender.done()}")
    count = 0
    while count < SIZE:
        count += len(await loop.sock_recv(other, 5000))
    trace(await sender)
    close(one, other)


scenario.run(much, nothing, to_nobody, cancelled, both_directions_of_one_socket)
