"""W4 on asyncio: arm a timeout and cancel it by loop.call_later; see limit/w4_timeout.c.

Usage: w4_timeout.py OTHERS [steps]. Prints timeout_ns. Expected: 1400 to 2200 ns.
"""

import asyncio
import time

from common import argument, next_timeout_seconds


def nothing():
    pass


async def main(others, steps):
    loop = asyncio.get_running_loop()
    state, timers = 1, []
    for _ in range(others):
        state, delay = next_timeout_seconds(state)
        timers.append(loop.call_later(delay, nothing))
    start = time.process_time_ns()
    oldest = 0
    for step in range(steps):
        state, delay = next_timeout_seconds(state)
        if others:
            timers[oldest].cancel()
            timers[oldest] = loop.call_later(delay, nothing)
            oldest = oldest + 1 if oldest + 1 < others else 0
        else:
            loop.call_later(delay, nothing).cancel()
        # The loop drops cancelled timers only when it runs; without this they would pile up.
        if step % 1024 == 1023:
            await asyncio.sleep(0)
    elapsed = time.process_time_ns() - start
    print(f"timeout_ns={elapsed / steps:.1f}")
    for timer in timers:
        timer.cancel()


asyncio.run(main(argument(1, 0), argument(2, 200000)))
