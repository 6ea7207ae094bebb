"""S30: a task of an empty coroutine.

It prints nothing; awaiting it gives None, which is status 0 in C.

Run: python3 s30_empty_task.py (3.11 or later).
"""
import asyncio


async def nothing():
    pass


async def main():
    task = asyncio.create_task(nothing())
    result = await task
    assert result is None


asyncio.run(main())
