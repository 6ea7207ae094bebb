"""S25: gather of three calls with different arguments.

Each object carries its own copy of the arguments; the tasks start in the order of the call.

Run: python3 s25_gather_arguments.py (3.11 or later).
"""
import asyncio


async def coroutine(number):
    print(f"coroutine {number} started")
    await asyncio.sleep(1)
    print(f"coroutine {number} ended")


async def main():
    await asyncio.gather(coroutine(1), coroutine(2), coroutine(3))


asyncio.run(main())
