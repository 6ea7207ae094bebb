"""S34: the same with a Runner.

A runner keeps its loop and its context between runs; closing it cancels what is left and closes
the loop.

Run: python3 s34_runner.py (3.11 or later).
"""
import asyncio


async def main():
    await asyncio.sleep(1)
    print("hello")


with asyncio.Runner() as runner:
    runner.run(main())
