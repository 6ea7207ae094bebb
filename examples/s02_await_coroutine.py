"""S2: call a coroutine function, then await the object it returns.

The call makes an object and runs nothing; the body runs when the object is awaited, and its
result is the value of the await.

Run: python3 s02_await_coroutine.py (3.11 or later).
"""
import asyncio


async def multiply(left, right):
    print("the body runs")
    return left * right


async def main():
    coroutine = multiply(6, 7)
    print("called: nothing has run yet")
    result = await coroutine
    print(f"awaited: the result is {result}")
    print(f"called and awaited in one: {await multiply(3, 5)}")


asyncio.run(main())
