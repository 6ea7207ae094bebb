"""S23: a coroutine that is defined and called, but never awaited.

Nothing runs and nothing is printed before an await, a task or a gather takes the object. (S24
runs it.) The object needs no cleanup in C: it is a value.

Run: python3 s23_coroutine.py (3.11 or later).
"""
import asyncio


async def coroutine():
    print("coroutine started")
    await asyncio.sleep(1)
    print("coroutine ended")


async def main():
    not_awaited = coroutine()
    not_awaited.close()


asyncio.run(main())
