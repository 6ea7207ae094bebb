"""A rate limiter: at most so many calls within any second.

A token bucket made of a semaphore and a timer: every call takes a token, and it comes back a
second after it was taken. So bursts go through at once, and the rate holds.

Run: python3 rate_limiter.py (3.11 or later).
"""
import asyncio

CALLS = 3
PERIOD = 1.0


class RateLimiter:
    def __init__(self, calls, period):
        self.tokens = asyncio.BoundedSemaphore(calls)
        self.period = period

    async def acquire(self):
        await self.tokens.acquire()
        asyncio.get_running_loop().call_later(self.period, self.tokens.release)


async def call(limiter, number, start):
    await limiter.acquire()
    seconds = asyncio.get_running_loop().time() - start
    print(f"call {number} after {int(seconds + 0.25)} s")


async def main():
    limiter = RateLimiter(CALLS, PERIOD)
    start = asyncio.get_running_loop().time()
    async with asyncio.TaskGroup() as group:
        for number in range(8):
            group.create_task(call(limiter, number, start))
    print("all calls made")


asyncio.run(main())
