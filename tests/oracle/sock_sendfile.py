"""loop.sock_sendfile: whole files and parts, among other bytes, and files that change meanwhile."""
# needs: sockets

import asyncio
import os
import socket

from scenario import run, trace
from sendfile_scenario import (
    FILE_SIZE,
    close_file,
    grow_file,
    make_file,
    open_socket,
    peer_gets_file,
    peer_takes,
    say_sent,
    send_file,
)
from transport_scenario import Recorder, settle


async def the_whole_file():
    recorder = Recorder("a")
    own = open_socket(recorder)
    file = make_file(FILE_SIZE)
    task = asyncio.create_task(send_file(own, file))
    await settle()
    trace(f"done {int(task.done())}")
    trace(await peer_gets_file(recorder, 0, FILE_SIZE))
    await say_sent(task)
    close_file(file)
    own.close()
    trace(await recorder.peer_gets(1))
    recorder.peer.close()


async def parts():
    recorder = Recorder("a")
    own = open_socket(recorder)
    file = make_file(FILE_SIZE)
    trace(await send_file(own, file, 1000, 2000))
    trace(await peer_gets_file(recorder, 1000, 2000))
    trace(f"position {file.tell()}")
    trace(await send_file(own, file, FILE_SIZE - 10))
    trace(await peer_gets_file(recorder, FILE_SIZE - 10, 10))
    trace(await send_file(own, file, FILE_SIZE - 10, 50))
    trace(await peer_gets_file(recorder, FILE_SIZE - 10, 10))
    trace(f"position {file.tell()}")
    trace(await send_file(own, file, 5, 1))
    trace(f"position {file.tell()}")
    own.close()
    trace(await peer_gets_file(recorder, 5, 2))
    recorder.peer.close()
    file.close()


async def nothing_to_send():
    recorder = Recorder("a")
    own = open_socket(recorder)
    empty = make_file(0)
    trace(await send_file(own, empty))
    trace(await send_file(own, empty, 10))
    trace(await send_file(own, empty, 0, 10))
    close_file(empty)
    file = make_file(100)
    file.seek(7)
    trace(await send_file(own, file, 100))
    trace(await send_file(own, file, 200, 5))
    close_file(file)
    own.close()
    trace(await recorder.peer_gets(1))
    recorder.peer.close()


async def between_other_bytes():
    loop = asyncio.get_running_loop()
    recorder = Recorder("a")
    own = open_socket(recorder)
    file = make_file(FILE_SIZE)

    async def send_all():
        await loop.sock_sendall(own, b"before")
        sent = await send_file(own, file)
        await loop.sock_sendall(own, b"after")
        return sent

    task = asyncio.create_task(send_all())
    trace(await recorder.peer_gets(6))
    trace(await peer_gets_file(recorder, 0, FILE_SIZE))
    trace(await recorder.peer_gets(5))
    await say_sent(task)
    own.close()
    recorder.peer.close()
    file.close()


async def while_the_socket_is_read():
    loop = asyncio.get_running_loop()
    recorder = Recorder("a")
    own = open_socket(recorder)
    file = make_file(FILE_SIZE)
    task = asyncio.create_task(send_file(own, file))
    await settle()
    recorder.put(b"hello")
    trace(f"received {len(await loop.sock_recv(own, 100))}")
    trace(f"done {int(task.done())}")
    trace(await peer_gets_file(recorder, 0, FILE_SIZE))
    await say_sent(task)
    own.close()
    recorder.peer.close()
    file.close()


async def a_file_that_grows():
    recorder = Recorder("a")
    own = open_socket(recorder)
    file = make_file(FILE_SIZE)
    task = asyncio.create_task(send_file(own, file))
    await settle()
    grow_file(file, 1000)
    trace(await peer_gets_file(recorder, 0, FILE_SIZE + 1000))
    await say_sent(task)
    close_file(file)
    own.close()
    recorder.peer.close()


async def a_file_that_shrinks():
    recorder = Recorder("a")
    own = open_socket(recorder)
    file = make_file(FILE_SIZE)
    task = asyncio.create_task(send_file(own, file, 0, FILE_SIZE))
    await settle()
    os.truncate(file.fileno(), 1)
    while not task.done():
        peer_takes(recorder)
        await asyncio.sleep(0)
    trace(f"less {int(0 < int(await task) < FILE_SIZE)}")
    own.close()
    recorder.peer.close()
    file.close()


async def refused():
    file = make_file(10)
    datagrams = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    datagrams.setblocking(False)
    trace(await send_file(datagrams, file))
    datagrams.close()
    recorder = Recorder("a")
    own = open_socket(recorder)
    own.setblocking(True)
    asyncio.get_running_loop().set_debug(True)
    trace(await send_file(own, file))
    asyncio.get_running_loop().set_debug(False)
    close_file(file)
    own.close()
    recorder.peer.close()


run(
    the_whole_file,
    parts,
    nothing_to_send,
    between_other_bytes,
    while_the_socket_is_read,
    a_file_that_grows,
    a_file_that_shrinks,
    refused,
)
