"""S18: a task sets the result of a future that main awaits.

Setting a result runs nobody: the setter goes on and prints first, the waiter continues in the
loop's next iteration.

Run: python3 s18_set_result.py (3.11 or later).
"""
import asyncio


async def set_future_result(future, value):
    await asyncio.sleep(2)
    future.set_result(value)
    print(f"set the future's result to {value}")


async def main():
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    task = asyncio.create_task(set_future_result(future, "future is ready"))
    result = await future
    print(f"Recieved future's result: {result}")
    await task


asyncio.run(main())
