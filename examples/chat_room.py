"""A chat room: a task with a queue of events, and members with an inbox each.

Run: python3 chat_room.py (3.13 or later, for Queue.shutdown).
"""
# needs: 3.13
import asyncio


class Member:
    def __init__(self, name, pace, think):
        self.name = name
        self.pace = pace  # seconds to read a line
        self.think = think  # seconds to think of one
        self.inbox = asyncio.Queue(2)
        self.is_in = False


def remove_member(member, why):
    print(f"room: {member.name} {why}")
    member.is_in = False
    member.inbox.shutdown()


async def broadcast(members, sender, number):
    for member in members:
        if member.is_in and member is not sender:
            try:
                async with asyncio.timeout(0.5):
                    await member.inbox.put((sender, number))
            except TimeoutError:
                remove_member(member, "does not read: out")


async def room(events, members):
    while True:
        try:
            kind, member, number = await events.get()
        except asyncio.QueueShutDown:
            print("room: closed")
            return
        if kind == "join":
            print(f"room: {member.name} joins")
            member.is_in = True
        elif member.is_in and kind == "say":
            await broadcast(members, member, number)
        elif member.is_in:
            remove_member(member, "leaves")


async def listen_to(me):
    while True:
        try:
            sender, number = await me.inbox.get()
        except asyncio.QueueShutDown:
            print(f"{me.name}: goodbye")
            return
        print(f"{me.name}: heard line {number} of {sender.name}")
        await asyncio.sleep(me.pace)


async def speak(me, events, lines):
    await events.put(("join", me, 0))
    for number in range(1, lines + 1):
        await asyncio.sleep(me.think)
        await events.put(("say", me, number))
    await asyncio.sleep(1)
    await events.put(("leave", me, 0))


async def main():
    members = [Member("Ann", 0.05, 0.35), Member("Bob", 0.1, 0.55), Member("Sid", 2, 0.9)]
    events = asyncio.Queue()
    async with asyncio.TaskGroup() as group:
        group.create_task(room(events, members))
        async with asyncio.TaskGroup() as speakers:
            for i, member in enumerate(members):
                group.create_task(listen_to(member))
                speakers.create_task(speak(member, events, 5 - i))
        events.shutdown()


asyncio.run(main())
