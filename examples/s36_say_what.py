"""S36: two tasks, created and awaited inside a coroutine.

The mission's program creates them outside any loop, which fails: create_task needs a running
loop. Here run_tasks does both.

Run: python3 s36_say_what.py (3.11 or later).
"""
import asyncio


async def say_what(delay, what):
    await asyncio.sleep(delay)
    print(what)


async def run_tasks():
    task1 = asyncio.create_task(say_what(1, "hello"))
    task2 = asyncio.create_task(say_what(2, "world"))
    await task1
    await task2


asyncio.run(run_tasks())
