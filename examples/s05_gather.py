"""S5: gather two coroutines.

They run at the same time; the results are a list in the order of the arguments, not in the
order in which they ended.

Run: python3 s05_gather.py (3.11 or later).
"""
import asyncio


async def square(number, delay):
    await asyncio.sleep(delay)
    print(f"the square of {number} is ready")
    return number * number


async def main():
    results = await asyncio.gather(square(3, 2), square(4, 1))
    print(f"results: {results}")


asyncio.run(main())
