"""S10: one coroutine waits for an event that another one sets.

Run: python3 s10_event.py (3.11 or later).
"""
import asyncio


async def wait_for(event):
    print("waiting for the event")
    await event.wait()
    print("the event is set, going on")


async def set_it(event):
    await asyncio.sleep(1)
    print("setting the event")
    event.set()
    print("it is set")


async def main():
    event = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(wait_for(event))
        group.create_task(set_it(event))
    await event.wait()
    print("an event that is set keeps nobody waiting")


asyncio.run(main())
