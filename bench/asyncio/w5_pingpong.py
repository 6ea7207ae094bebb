"""W5 on asyncio: two tasks put a number to and fro over two queues; see limit/w5_pingpong.c.

A queue knows no rendezvous: capacity 1 stands for 0.

Usage: w5_pingpong.py CAPACITY [round trips]. Prints item_ns. Expected: 3500 ns.
"""

import asyncio
import time

from common import argument


async def answer(there, back, trips):
    for _ in range(trips):
        await back.put(await there.get() + 1)


async def main(capacity, trips):
    there, back = asyncio.Queue(capacity), asyncio.Queue(capacity)
    task = asyncio.create_task(answer(there, back, trips))
    number = 0
    start = time.process_time_ns()
    for _ in range(trips):
        await there.put(number)
        number = await back.get()
    elapsed = time.process_time_ns() - start
    await task
    assert number == trips
    print(f"item_ns={elapsed / (2 * trips):.1f}")


asyncio.run(main(max(argument(1, 0), 1), argument(2, 100000)))
