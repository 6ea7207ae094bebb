"""S12: main awaits fetch_data(2), held in a variable.

A coroutine object in a variable has not run: "Fetching data..." comes with the await. A result
that is no number goes through a pointer that the caller gives.

Run: python3 s12_fetch_data.py (3.11 or later).
"""
import asyncio


async def fetch_data(delay):
    print("Fetching data...")
    await asyncio.sleep(delay)
    print("Data fetched")
    return {"data": "Some data"}


async def main():
    print("Start of main coroutine")
    task = fetch_data(2)
    result = await task
    print(f"Received result: {result}")
    print("End of main coroutine")


asyncio.run(main())
