"""S35: the same main coroutine, once by run and once by a Runner.

Each run has a loop of its own; the coroutine cannot tell the difference.

Run: python3 s35_run_and_runner.py (3.11 or later).
"""
import asyncio


async def main():
    print("hello, waiting for 3 seconds")
    await asyncio.sleep(3)
    print("world")


asyncio.run(main())

with asyncio.Runner() as runner:
    runner.run(main())
