"""S3: two tasks that run at the same time.

Both are created before the first is awaited, so they overlap: the whole takes as long as the
longer one. Results come in the order of the awaits, whichever task ends first.

Run: python3 s03_two_tasks.py (3.11 or later).
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
    task2 = asyncio.create_task(work(2, 1))
    result1 = await task1
    result2 = await task2
    print(f"results: {result1}, {result2}")
    print(f"took {loop.time() - start:.0f} seconds")


asyncio.run(main())
