"""S9: a semaphore lets at most so many in at a time.

Seven downloads, three at a time.

Run: python3 s09_semaphore.py (3.11 or later).
"""
import asyncio

LIMIT = 3


class Counts:
    inside = 0
    most = 0


async def download(number, semaphore):
    async with semaphore:
        Counts.inside += 1
        Counts.most = max(Counts.most, Counts.inside)
        print(f"download {number} begins, {Counts.inside} at a time")
        await asyncio.sleep(0.5 + 0.1 * (number % 3))
        Counts.inside -= 1
    print(f"download {number} is done")


async def main():
    semaphore = asyncio.Semaphore(LIMIT)
    async with asyncio.TaskGroup() as group:
        for number in range(7):
            group.create_task(download(number, semaphore))
    print(f"never more than {Counts.most}")


asyncio.run(main())
