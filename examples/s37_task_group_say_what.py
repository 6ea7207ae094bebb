"""S37: a TaskGroup with two tasks, and lines printed around them.

Creating a task does not run it, so both lines come first; the end of the block waits for the
tasks without an await in sight.

Run: python3 s37_task_group_say_what.py (3.11 or later).
"""
import asyncio


async def say_what(delay, what):
    await asyncio.sleep(delay)
    print(what)


async def main():
    async with asyncio.TaskGroup() as group:
        print("Before running tasks")
        group.create_task(say_what(1, "hello"))
        group.create_task(say_what(2, "world"))
        print("After running tasks")


asyncio.run(main())
