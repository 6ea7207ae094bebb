"""loop.sock_sendto and sock_recvfrom: datagrams whole, empty and cut off."""

# needs: sockets

import asyncio

import scenario
from scenario import trace
from socket_scenario import close, datagram_pair, fill, outcome, settle, show, udp


async def receiving(one, size):
    try:
        data, address = await asyncio.get_running_loop().sock_recvfrom(one, size)
    except BaseException as error:
        return show(error), None
    return f"'{data.decode()}'", address


async def there_and_back():
    loop = asyncio.get_running_loop()
    one, other = udp(), udp()
    task = asyncio.create_task(receiving(other, 100))
    await settle()
    trace(f"done {task.done()}")
    trace(await outcome(loop.sock_sendto(one, b"hello", other.getsockname())))
    text, address = await task
    trace(f"{text}, from it {address == one.getsockname()}")
    trace(await outcome(loop.sock_sendto(other, b"", address)))
    trace((await receiving(one, 100))[0])
    close(one, other)


async def cut_off():
    loop = asyncio.get_running_loop()
    one, other = udp(), udp()
    for text in (b"too long", b"next"):
        trace(await outcome(loop.sock_sendto(one, text, other.getsockname())))
    trace((await receiving(other, 3))[0])
    trace((await receiving(other, 3))[0])
    close(one, other)


async def into_a_buffer():
    loop = asyncio.get_running_loop()
    one, other = udp(), udp()
    await loop.sock_sendto(one, b"hello", other.getsockname())
    buffer = bytearray(9)
    count, address = await loop.sock_recvfrom_into(other, buffer)
    trace(f"'{buffer[:count].decode()}', from it {address == one.getsockname()}")
    close(one, other)


async def cancelled():
    loop = asyncio.get_running_loop()
    one, other = udp(), udp()
    task = asyncio.create_task(receiving(other, 100))
    await settle()
    task.cancel()
    trace((await task)[0])
    await loop.sock_sendto(one, b"kept", other.getsockname())
    trace((await receiving(other, 100))[0])
    close(one, other)


async def waits_for_room():
    loop = asyncio.get_running_loop()
    one, other = datagram_pair()
    count = fill(one)
    task = asyncio.create_task(outcome(loop.sock_sendall(one, b"last")))
    await settle()
    trace(f"done {task.done()}")
    for _ in range(count):
        await loop.sock_recv(other, 10)
    trace(await task)
    trace((await receiving(other, 100))[0])
    close(one, other)


scenario.run(there_and_back, cut_off, into_a_buffer, cancelled, waits_for_room)
