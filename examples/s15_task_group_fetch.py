"""S15: a TaskGroup over delays 2, 1 and 3, ids from 1.

The tasks are created in a loop; after the block all of them are done, and the results are
printed in the order of the list. (The text "{id}" is printed as it stands, as in the mission's
program.)

Run: python3 s15_task_group_fetch.py (3.11 or later).
"""
import asyncio


async def fetch_data(id, sleep_time):
    print(f"Coroutine {id} starting to fetch data.")
    await asyncio.sleep(sleep_time)
    return {"id": id, "data": "Sample data from coroutine {id}"}


async def main():
    tasks = []
    async with asyncio.TaskGroup() as group:
        for id, sleep_time in enumerate([2, 1, 3], start=1):
            task = group.create_task(fetch_data(id, sleep_time))
            tasks.append(task)

    results = [task.result() for task in tasks]
    for result in results:
        print(f"Received result: {result}")


asyncio.run(main())
