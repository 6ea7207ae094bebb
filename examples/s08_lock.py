"""S8: a lock around what only one may do at a time.

Three coroutines want the same resource: they get it one after another, in the order in which they
asked.

Run: python3 s08_lock.py (3.11 or later).
"""
import asyncio


async def work(name, lock):
    print(f"{name} wants the lock")
    async with lock:
        print(f"{name} has the lock")
        await asyncio.sleep(1)
    print(f"{name} has released the lock")


async def main():
    lock = asyncio.Lock()
    await asyncio.gather(work("A", lock), work("B", lock), work("C", lock))
    print("locked" if lock.locked() else "unlocked")


asyncio.run(main())
