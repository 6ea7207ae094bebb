"""A chat server: what one says, all others hear. Any client that speaks in lines will do.

Run: python3 chat_server.py [PORT]
"""
# needs: sockets
import asyncio
import contextlib
import sys

NAME_SECONDS = 10
STOP_SECONDS = 1
LINE_SIZE = 1000
UNREAD_BYTES_MAX = 256 << 10


class Member:
    def __init__(self, reader, writer):
        self.reader = reader
        self.writer = writer
        self.name = None
        self.reads = True

    def tell(self, text):
        transport = self.writer.transport
        if transport.get_write_buffer_size() <= UNREAD_BYTES_MAX:
            self.writer.write(f"{text}\n".encode())
        else:
            self.reads = False
            transport.abort()

    async def read_line(self):
        line = await self.reader.readline()
        return line.decode().rstrip("\r\n")[:LINE_SIZE - 1] if line else None


class Room:
    def __init__(self):
        self.members = []
        self.stop = asyncio.Event()

    def tell_others(self, me, text):
        for member in reversed(self.members):
            if member is not me and member.reads:
                member.tell(text)

    def enter(self, me):
        me.tell(f"welcome, {me.name}")
        for member in reversed(self.members):
            me.tell(f"{member.name} is here")
        self.tell_others(me, f"{me.name} joins")
        self.members.append(me)

    def leave(self, me):
        self.members.remove(me)
        self.tell_others(me, f"{me.name} {'leaves' if me.reads else 'does not read: out'}")

    async def ask_name(self, me):
        me.tell("who are you?")
        async with asyncio.timeout(NAME_SECONDS):
            name = await me.read_line()
        if name is None:
            return False
        if not (name.isascii() and name.isalpha() and len(name) < 20):
            me.tell("that is no name")
            return False
        if any(member.name == name for member in self.members):
            me.tell(f"{name} is taken")
            return False
        me.name = name
        return True

    async def converse(self, me):
        while (line := await me.read_line()) is not None:
            if line == "/quit":
                me.tell(f"goodbye, {me.name}")
                return
            self.tell_others(me, f"{me.name}: {line}")
            await asyncio.sleep(0)

    async def serve(self, reader, writer):
        me = Member(reader, writer)
        with contextlib.suppress(OSError, ValueError):
            if await self.ask_name(me):
                self.enter(me)
                try:
                    await self.converse(me)
                finally:
                    self.leave(me)
        writer.close()

    async def start(self, port):
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", port)
        self.port = self.server.sockets[0].getsockname()[1]

    async def run(self):
        try:
            await self.stop.wait()
        finally:
            self.server.close()
            for member in reversed(self.members):
                member.tell("the server stops")
                member.writer.close()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(STOP_SECONDS):
                    await self.server.wait_closed()
            for member in self.members:
                member.writer.transport.abort()
            await self.server.wait_closed()


class Client:
    def __init__(self, name):
        self.name = name

    async def say(self, line):
        self.writer.write(f"{line}\n".encode())
        await self.writer.drain()

    async def hear(self):
        line = (await self.reader.readline()).decode()
        print(f"{self.name} hears: {line}" if line else f"{self.name} hears no more\n", end="")

    async def join(self, room):
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", room.port)
        await self.hear()
        await self.say(self.name)
        await self.hear()

    async def close(self):
        self.writer.close()
        with contextlib.suppress(OSError):
            await self.writer.wait_closed()


async def talk(room, ann, bob):
    other_bob = Client("Bob")
    await ann.join(room)
    await bob.join(room)
    await bob.hear()
    await ann.hear()
    await ann.say("hello, Bob")
    await bob.hear()
    await bob.say("hello, Ann")
    await ann.hear()
    await other_bob.join(room)
    await other_bob.hear()
    await other_bob.close()


async def bore(ann, bob):
    line = b"A"
    while line.startswith(b"A"):
        await ann.say("z" * (LINE_SIZE - 1))
        line = await bob.reader.readline()
    print(f"Bob hears: {line.decode()}", end="")
    await bob.reader.readline()  # the last of the story
    await ann.hear()


async def demonstrate():
    room = Room()
    ann, bob, sid = Client("Ann"), Client("Bob"), Client("Sid")
    await room.start(0)
    async with asyncio.TaskGroup() as group:
        group.create_task(room.run())
        await talk(room, ann, bob)
        await sid.join(room)
        await ann.hear()
        await bob.hear()
        await bore(ann, bob)
        await bob.say("/quit")
        await ann.hear()
        room.stop.set()
        await ann.hear()
        await ann.hear()
    await ann.close()
    await bob.close()
    await sid.close()


async def serve_on(port):
    room = Room()
    await room.start(port)
    print(f"serving on port {room.port}", flush=True)
    await room.run()


asyncio.run(serve_on(int(sys.argv[1])) if len(sys.argv) == 2 else demonstrate())
