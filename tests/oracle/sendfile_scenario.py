"""What the scenarios of sendfile share; sendfile_scenario.h is the same for the C half.

The other end of a connection is a recorder's `peer`, also where the own end is a plain socket.
"""

import asyncio
import os

from scenario import show, trace
from transport_scenario import socket_pair

FILE_SIZE = 1 << 20

_PERIOD = bytes(i * 31 % 251 for i in range(251))


def file_bytes(position, size):
    begin = position % 251
    return (_PERIOD * (size // 251 + 2))[begin : begin + size]


def grow_file(file, size):
    """Appends so many bytes to the file, as they follow on those before."""
    begin = file.seek(0, os.SEEK_END)
    file.write(file_bytes(begin, size))
    file.seek(0)


def make_file(size):
    """Makes a file in memory, whose position is its beginning."""
    file = open(os.memfd_create("scenario"), "w+b", buffering=0)
    grow_file(file, size)
    return file


def close_file(file):
    """Traces the position of the file, which is closed."""
    trace(f"position {file.tell()}")
    file.close()


async def peer_gets_file(recorder, position, size):
    """Reads what should be so many bytes of the file, from `position` on."""
    data = await recorder.peer_reads(size)
    if data == file_bytes(position, len(data)):
        return f"{len(data)} bytes of the file"
    return f"{len(data)} bytes, some are wrong"


def peer_takes(recorder):
    """Takes what the peer has, at most a kilobyte."""
    try:
        return recorder.peer.recv(1000)
    except BlockingIOError:
        return b""


def open_socket(recorder):
    """Opens a plain socket; the recorder stands for the other one."""
    own, recorder.peer = socket_pair()
    return own


async def _outcome(awaitable):
    try:
        return show(await awaitable)
    except BaseException as error:
        return show(error)


async def send_file(own, file, offset=0, count=None, **options):
    """Sends over a plain socket, and names what it has come to."""
    loop = asyncio.get_running_loop()
    return await _outcome(loop.sock_sendfile(own, file, offset, count, **options))


async def send_over(recorder, file, offset=0, count=None, **options):
    """The same over a recorder's transport."""
    loop = asyncio.get_running_loop()
    return await _outcome(loop.sendfile(recorder.transport, file, offset, count, **options))


async def say_sent(task):
    """Waits for the task and traces what it has come to."""
    trace(f"sent {await task}")
