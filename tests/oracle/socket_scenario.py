"""What scenarios of sockets share; socket_scenario.h is the same for the C half.

They run in real time, so that a trace shows what follows from what, and no times.
"""

import asyncio
import errno
import os
import socket

import scenario
from scenario import trace

scenario.use_real_time()


def show(value):
    """Names a result or an error; one of the system by its number's name."""
    if isinstance(value, OSError) and value.errno:
        return errno.errorcode[value.errno]
    return scenario.show(value)


async def outcome(awaitable):
    """Awaits and names what comes of it."""
    try:
        return show(await awaitable)
    except BaseException as error:
        return show(error)


async def text_of(awaitable):
    """The same for bytes."""
    try:
        return f"'{(await awaitable).decode()}'"
    except BaseException as error:
        return show(error)


async def settle():
    """Lets everything happen that can happen by itself."""
    for _ in range(8):
        await asyncio.sleep(1e-6)


def stream_pair():
    """Two connected, non-blocking sockets with little room."""
    pair = socket.socketpair()
    for one in pair:
        one.setblocking(False)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16384)
    return pair


def datagram_pair():
    """The same for datagrams, with names: asyncio does not take a peer without one for a peer."""
    pair = [socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in range(2)]
    for one in pair:
        one.setblocking(False)
        one.bind("")
    pair[0].connect(pair[1].getsockname())
    pair[1].connect(pair[0].getsockname())
    return pair


def udp():
    """A bound datagram socket."""
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.setblocking(False)
    one.bind(("127.0.0.1", 0))
    return one


def tcp():
    one = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    one.setblocking(False)
    return one


def listener():
    one = tcp()
    one.bind(("127.0.0.1", 0))
    one.listen(10)
    return one


def close(*sockets):
    for one in sockets:
        one.close()


def fill(one):
    """Sends datagrams until the peer takes no more. Returns how many."""
    count = 0
    try:
        while True:
            one.send(b"f")
            count += 1
    except BlockingIOError:
        return count


def drain(one):
    """Receives all datagrams that are there but those of `fill`; returns them as a text."""
    texts = []
    try:
        while True:
            data = one.recv(4096)
            if data != b"f":
                texts.append(data.decode() if len(data) < 20 else f"{len(data)} bytes")
    except OSError:
        return " ".join(texts) or "nothing"


class Protocol(asyncio.DatagramProtocol):
    """Says what it is told."""

    def __init__(self, name):
        self.name = name
        self.transport = None

    def say(self, text):
        trace(f"{self.name}: {text}")

    def connection_made(self, transport):
        self.transport = transport
        self.say("connection_made")

    def connection_lost(self, error):
        self.say(f"connection_lost {show(error)}")

    def pause_writing(self):
        self.say("pause_writing")

    def resume_writing(self):
        self.say("resume_writing")

    def datagram_received(self, data, address):
        text = data.decode() if len(data) < 20 else f"{len(data)} bytes"
        self.say(f"datagram_received '{text}'")

    def error_received(self, error):
        self.say(f"error_received {show(error)}")


async def endpoint(protocol, **options):
    """Creates an endpoint and returns its transport."""
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: protocol, **options
    )
    return transport
