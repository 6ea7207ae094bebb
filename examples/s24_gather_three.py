"""S24: gather of three calls of the coroutine of S23.

All start, then all end: one second, not three.

Run: python3 s24_gather_three.py (3.11 or later).
"""
import asyncio


async def coroutine():
    print("coroutine started")
    await asyncio.sleep(1)
    print("coroutine ended")


async def main():
    await asyncio.gather(coroutine(), coroutine(), coroutine())


asyncio.run(main())
