"""W2 on asyncio: start trivial tasks and wait for them.

Usage: w2_spawn.py BATCH [tasks]. Prints spawn_ns. Expected: 2500 to 5000 ns.
"""

import asyncio
import time

from common import argument


async def trivial():
    pass


async def main(batch, tasks):
    tasks = max(tasks // batch, 1) * batch
    start = time.process_time_ns()
    for _ in range(tasks // batch):
        started = [asyncio.create_task(trivial()) for _ in range(batch)]
        for task in started:
            await task
    elapsed = time.process_time_ns() - start
    print(f"spawn_ns={elapsed / tasks:.1f}")


asyncio.run(main(argument(1, 1), argument(2, 20000)))
