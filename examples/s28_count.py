"""S28: count() three times at once.

One One One, and a second later Two Two Two: while one call sleeps, the others run.

Run: python3 s28_count.py (3.11 or later).
"""
import asyncio


async def count():
    print("One")
    await asyncio.sleep(1)
    print("Two")


async def main():
    await asyncio.gather(count(), count(), count())


asyncio.run(main())
