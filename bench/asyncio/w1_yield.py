"""W1 on asyncio: two tasks yield to each other by sleep(0).

Usage: w1_yield.py [yields per task]. Prints yield_ns. Expected: 1000 to 1600 ns.
"""

import asyncio
import time

from common import argument


async def yielder(yields):
    for _ in range(yields):
        await asyncio.sleep(0)


async def main(yields):
    start = time.process_time_ns()
    await asyncio.gather(yielder(yields), yielder(yields))
    elapsed = time.process_time_ns() - start
    print(f"yield_ns={elapsed / (2 * yields):.1f}")


asyncio.run(main(argument(1, 200000)))
