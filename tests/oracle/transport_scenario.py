"""What the scenarios of transports share; transport_scenario.h is the same for the C half.

They run on the kernel's sockets and in real time. Nothing in them depends on how fast that is: one
thing happens at a time, and a task waits for what a protocol is told.
"""

import asyncio
import collections
import socket

import scenario
from scenario import show, trace
from stream_scenario import quote

scenario.use_real_time()

MUCH = 1 << 20  # bytes that no socket takes at once


class _Recorder:
    """A protocol that says what it is told. Hooks are called after that, by the event's name."""

    def __init__(self, name, **hooks):
        self.name = name
        self.hooks = hooks
        self.counts = collections.Counter()  # of events that nobody has waited for
        self.waits = {}
        self.transport = None
        self.peer = None
        self.is_lost = False

    def happens(self, event, what=""):
        if event != "get_buffer":  # how often it is called is nobody's business
            trace(f"{self.name} {event}{what}")
        self.counts[event] += 1
        waiter = self.waits.pop(event, None)
        if waiter is not None and not waiter.done():
            waiter.set_result(None)
        hook = self.hooks.get(event)
        return hook(self) if hook else None

    async def wait(self, event):
        """Waits for an event; one that has come already, and was not waited for, counts."""
        if not self.counts[event]:
            self.waits[event] = asyncio.get_running_loop().create_future()
            await self.waits[event]
        self.counts[event] -= 1

    def connection_made(self, transport):
        self.transport = transport
        self.happens("made")

    def connection_lost(self, error):
        self.is_lost = True
        self.happens("lost", f" {show(error)}")

    def eof_received(self):
        return self.happens("eof")

    def pause_writing(self):
        self.happens("pause")

    def resume_writing(self):
        self.happens("resume")

    # The other end of the connection, which is a socket without a protocol.

    def put(self, text):
        self.peer.send(text)

    async def peer_reads(self, size):
        """Reads so many bytes, or less at the end."""
        data = b""
        while len(data) < size:
            try:
                piece = self.peer.recv(size - len(data))
            except BlockingIOError:
                await asyncio.sleep(0)
                continue
            if not piece:
                break
            data += piece
        return data

    async def peer_gets(self, size):
        return quote(await self.peer_reads(size))

    async def peer_drains(self, size, told, event):
        """Reads so many bytes, and waits until somebody is told what comes of it."""
        count = len(await self.peer_reads(size))
        await told.wait(event)
        trace(f"{count} bytes")

    async def finish(self):
        """Closes both ends."""
        self.transport.close()
        if not self.is_lost:
            await self.wait("lost")
        if self.peer is not None:
            self.peer.close()


class Recorder(_Recorder, asyncio.Protocol):
    def data_received(self, data):
        self.happens("data", f" {quote(data)}")


class BufferedRecorder(_Recorder, asyncio.BufferedProtocol):
    """The same with a buffer of so many bytes."""

    def __init__(self, name, size, **hooks):
        super().__init__(name, **hooks)
        self.buffer = bytearray(size)

    def get_buffer(self, sizehint):
        self.happens("get_buffer")
        return self.buffer

    def buffer_updated(self, count):
        self.happens("updated", f" {quote(self.buffer[:count])}")


def socket_pair():
    own, peer = socket.socketpair()
    own.setblocking(False)
    peer.setblocking(False)
    return own, peer


async def open_pair(recorder):
    """Puts a protocol on one of two sockets that are connected to each other."""
    own, recorder.peer = socket_pair()
    loop = asyncio.get_running_loop()
    await loop.create_connection(lambda: recorder, sock=own)


async def open_stream(recorder, **options):
    """Puts a stream on one of two sockets that are connected to each other; the recorder stands for
    the other one."""
    own, recorder.peer = socket_pair()
    recorder.reader, recorder.writer = await asyncio.open_connection(sock=own, **options)


async def close_stream(recorder):
    recorder.writer.close()
    recorder.peer.close()
    try:
        await recorder.writer.wait_closed()
    except OSError:
        pass


async def new_server(*recorders, **options):
    """Makes a server on the loopback. The recorders are its protocols, in the order in which
    connections come."""
    factory = iter(recorders).__next__
    loop = asyncio.get_running_loop()
    return await loop.create_server(factory, "127.0.0.1", 0, **options)


def port_of(server):
    return server.sockets[0].getsockname()[1]


def connect_peer(recorder, port):
    """Connects from the outside."""
    recorder.peer = socket.create_connection(("127.0.0.1", port))
    recorder.peer.setblocking(False)


async def settle():
    """Lets everything be told that has happened."""
    for _ in range(8):
        await asyncio.sleep(0)


def say_soon(text):
    asyncio.get_running_loop().call_soon(trace, text)


def set_handler():
    def handler(loop, context):
        message = context["message"]
        about = [name for name in ("transport", "protocol") if context.get(name) is not None]
        words = [message, *about] if message.startswith("Fatal") else []
        trace(" ".join(["handler:", show(context.get("exception")), *words]))

    asyncio.get_running_loop().set_exception_handler(handler)
