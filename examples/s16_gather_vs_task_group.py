"""S16: what an error does to the others: gather lets them run, a TaskGroup cancels them.

The same two tasks, first under gather, then in a group. The group ends with an error group that
lists every failure.

Run: python3 s16_gather_vs_task_group.py (3.11 or later).
"""
import asyncio


async def work(name, delay, fails):
    try:
        await asyncio.sleep(delay)
    except asyncio.CancelledError:
        print(f"{name}: cancelled")
        raise
    if fails:
        raise ValueError(f"{name} failed")
    print(f"{name}: ended")


async def under_gather():
    slow = asyncio.create_task(work("slow", 2, False))
    broken = asyncio.create_task(work("broken", 1, True))
    try:
        await asyncio.gather(slow, broken)
    except ValueError as error:
        print(f"gather: {error}")
    await slow


async def under_task_group():
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(work("slow", 2, False))
            group.create_task(work("broken", 1, True))
    except* ValueError as errors:
        for error in errors.exceptions:
            print(f"task group: {error}")


async def main():
    await under_gather()
    await under_task_group()


asyncio.run(main())
