"""W4 on asyncio: many tasks sleep 0 to 1000 ms.

Usage: w4_sleep.py [sleepers]. Prints wall_ms and cpu_ms. Expected for 100,000: 2 s of CPU.
"""

import asyncio
import time

from common import argument, sleep_seconds


async def main(sleepers):
    wall, cpu = time.monotonic(), time.process_time()
    tasks = [asyncio.create_task(asyncio.sleep(sleep_seconds(i))) for i in range(sleepers)]
    for task in tasks:
        await task
    wall, cpu = time.monotonic() - wall, time.process_time() - cpu
    print(f"wall_ms={wall * 1e3:.1f} cpu_ms={cpu * 1e3:.1f}")


asyncio.run(main(argument(1, 100000)))
