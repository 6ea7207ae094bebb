"""S31: gather of two empty coroutines.

A coroutine without a result counts in the list too: as None, which is status 0 in C.

Run: python3 s31_gather_empty.py (3.11 or later).
"""
import asyncio


async def nothing():
    pass


async def main():
    results = await asyncio.gather(nothing(), nothing())
    print(results)


asyncio.run(main())
