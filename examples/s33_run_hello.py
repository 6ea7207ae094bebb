"""S33: run(main()): sleep a second, print hello.

The shortest program that waits for something.

Run: python3 s33_run_hello.py (3.11 or later).
"""
import asyncio


async def main():
    await asyncio.sleep(1)
    print("hello")


asyncio.run(main())
