"""S14: gather of three calls of fetch_data.

One line in place of three tasks and three awaits; the results stand in the order of the
arguments. (The text "{id}" is printed as it stands, as in the mission's program.)

Run: python3 s14_gather_fetch.py (3.11 or later).
"""
import asyncio


async def fetch_data(id, sleep_time):
    print(f"Coroutine {id} starting to fetch data.")
    await asyncio.sleep(sleep_time)
    return {"id": id, "data": "Sample data from coroutine {id}"}


async def main():
    results = await asyncio.gather(fetch_data(1, 2), fetch_data(2, 3), fetch_data(3, 1))
    for result in results:
        print(f"Recieved result: {result}")


asyncio.run(main())
