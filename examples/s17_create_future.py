"""S17: the running loop, and a future made by it.

A future is a result that is not there yet: it belongs to its loop and is pending until somebody
completes it.

Run: python3 s17_create_future.py (3.11 or later).
"""
import asyncio


async def main():
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    if future.get_loop() is loop:
        print("the future belongs to the running loop")
    print("the future is", "done" if future.done() else "pending")


asyncio.run(main())
