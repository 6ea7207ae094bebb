"""S19: five coroutines change one resource, under a lock.

The lock is made before there is any loop. Each coroutine reads, changes, waits and reads again, and
finds what it left: nobody else comes in between.

Run: python3 s19_lock_shared_resource.py (3.11 or later).
"""
import asyncio

shared_resource = 0
lock = asyncio.Lock()


async def modify_shared_resource():
    global shared_resource
    async with lock:
        print(f"Resource before modification: {shared_resource}")
        shared_resource += 1
        await asyncio.sleep(1)
        print(f"Resource after modification: {shared_resource}")


async def main():
    await asyncio.gather(*(modify_shared_resource() for _ in range(5)))


asyncio.run(main())
