"""S6: gather goes on when one of its tasks fails.

The first error reaches the waiter at once; the other task is not cancelled and runs to its end.
With return_exceptions an error is a result like any other.

Run: python3 s06_gather_failure.py (3.11 or later).
"""
import asyncio


async def work(name, delay, fails):
    print(f"{name} started")
    await asyncio.sleep(delay)
    if fails:
        raise ValueError(f"{name} failed")
    print(f"{name} ended")


async def main():
    first = asyncio.create_task(work("first", 2, False))
    second = asyncio.create_task(work("second", 1, True))
    try:
        await asyncio.gather(first, second)
    except ValueError as error:
        print(f"gather: {error}")
    if not first.done():
        print("first is still running")
    await first

    results = await asyncio.gather(
        work("third", 1, True), work("fourth", 2, False), return_exceptions=True)
    for result in results:
        print("a result" if result is None else "an error")


asyncio.run(main())
