"""S1: start a loop with run(coroutine).

`run` makes a loop, runs the coroutine in it, closes the loop and returns what the coroutine
returned.

Run: python3 s01_run.py (3.11 or later).
"""
import asyncio


async def main():
    print("main is running in a loop")
    return 42


def running_loop():
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


result = asyncio.run(main())
print(f"main returned {result}")
if running_loop() is None:
    print("the loop is closed")
