"""S21: a waiter and a setter in one gather.

Setting an event runs nobody: the setter prints first, the waiter goes on in the loop's next
iteration.

Run: python3 s21_event_waiter_setter.py (3.11 or later).
"""
import asyncio


async def waiter(event):
    print("waiting for the event to be set")
    await event.wait()
    print("event has been set, continuing execution")


async def setter(event):
    await asyncio.sleep(2)
    event.set()
    print("event has been set!")


async def main():
    event = asyncio.Event()
    await asyncio.gather(waiter(event), setter(event))


asyncio.run(main())
