"""S13: three tasks with delays 2, 3 and 1, awaited one by one.

All three run at the same time and the whole takes 3 seconds; the results stand in the order of
the awaits. (The text "{id}" is printed as it stands, as in the mission's program.)

Run: python3 s13_three_tasks.py (3.11 or later).
"""
import asyncio


async def fetch_data(id, sleep_time):
    print(f"Coroutine {id} starting to fetch data.")
    await asyncio.sleep(sleep_time)
    return {"id": id, "data": "Sample data from coroutine {id}"}


async def main():
    task1 = asyncio.create_task(fetch_data(1, 2))
    task2 = asyncio.create_task(fetch_data(2, 3))
    task3 = asyncio.create_task(fetch_data(3, 1))
    result1 = await task1
    result2 = await task2
    result3 = await task3
    print(result1, result2, result3)


asyncio.run(main())
