"""S11: the smallest program: a main coroutine that prints one line.

The template that every other program starts from.

Run: python3 s11_main_coroutine.py (3.11 or later).
"""
import asyncio


async def main():
    print("Start of main coroutine")


asyncio.run(main())
