"""W3 on asyncio: the memory of a task in a sleep of one hour.

Usage: w3_memory.py [tasks]. Prints rss_bytes and pte_bytes. Expected: 1300 B.
"""

import asyncio
import os
import sys

from common import argument, status_bytes


async def main(tasks):
    resident, tables = status_bytes("VmRSS"), status_bytes("VmPTE")
    started = [asyncio.create_task(asyncio.sleep(3600)) for _ in range(tasks)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    resident, tables = status_bytes("VmRSS") - resident, status_bytes("VmPTE") - tables
    print(f"rss_bytes={resident / len(started):.1f} pte_bytes={tables / len(started):.2f}")
    sys.stdout.flush()
    os._exit(0)  # cancelling all of them would take longer than the measurement


asyncio.run(main(argument(1, 100000)))
