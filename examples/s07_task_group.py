"""S7: a TaskGroup, its tasks kept in a list, their results read after the block.

The end of the block waits for all tasks, so every result is there after it. (What a failure
does to the others: S16.)

Run: python3 s07_task_group.py (3.11 or later).
"""
import asyncio


async def square(number, delay):
    await asyncio.sleep(delay)
    print(f"the square of {number} is ready")
    return number * number


async def main():
    tasks = []
    async with asyncio.TaskGroup() as group:
        tasks.append(group.create_task(square(3, 2)))
        tasks.append(group.create_task(square(4, 1)))
        print("end of the block: it waits for both")
    for task in tasks:
        print(f"result: {task.result()}")


asyncio.run(main())
