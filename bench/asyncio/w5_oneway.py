"""W5 on asyncio: one task puts numbers into a queue, another gets them; see limit/w5_oneway.c.

Usage: w5_oneway.py CAPACITY [items]. Prints item_ns. Expected: 700 ns.
"""

import asyncio
import time

from common import argument


async def produce(queue, items):
    for item in range(items):
        await queue.put(item)


async def main(capacity, items):
    queue = asyncio.Queue(capacity)
    task = asyncio.create_task(produce(queue, items))
    total = 0
    start = time.process_time_ns()
    for _ in range(items):
        total += await queue.get()
    elapsed = time.process_time_ns() - start
    await task
    assert total == items * (items - 1) // 2
    print(f"item_ns={elapsed / items:.1f}")


asyncio.run(main(max(argument(1, 128), 1), argument(2, 200000)))
