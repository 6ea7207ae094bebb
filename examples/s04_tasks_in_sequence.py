"""S4: tasks that run one after another.

The second task is created when the first has been awaited, so nothing overlaps: the whole takes
the sum of both.

Run: python3 s04_tasks_in_sequence.py (3.11 or later).
"""
import asyncio


async def work(number, delay):
    print(f"work {number} started")
    await asyncio.sleep(delay)
    print(f"work {number} ended")
    return number * 10


async def main():
    loop = asyncio.get_running_loop()
    start = loop.time()
    task1 = asyncio.create_task(work(1, 2))
    result1 = await task1
    task2 = asyncio.create_task(work(2, 1))
    result2 = await task2
    print(f"results: {result1}, {result2}")
    print(f"took {loop.time() - start:.0f} seconds")


asyncio.run(main())
