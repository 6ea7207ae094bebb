"""W5 on asyncio: tasks take a lock, yield while they hold it, and release it; see limit/w5_lock.c.

Usage: w5_lock.py [tasks] [hand-overs]. Prints handover_ns. Expected: 6000 ns.
"""

import asyncio
import time

from common import argument


async def worker(lock, rounds):
    for _ in range(rounds):
        async with lock:
            await asyncio.sleep(0)


async def main(tasks, rounds):
    lock = asyncio.Lock()
    start = time.process_time_ns()
    await asyncio.gather(*(worker(lock, rounds) for _ in range(tasks)))
    elapsed = time.process_time_ns() - start
    print(f"handover_ns={elapsed / (tasks * rounds):.1f}")


TASKS = argument(1, 100)
asyncio.run(main(TASKS, argument(2, 100000) // TASKS))
