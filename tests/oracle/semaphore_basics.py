# needs: 3.13
"""Semaphores: at most so many at a time, in the order of asking."""

import asyncio

from scenario import ScenarioError, attempt, outcome, run, trace


async def worker(semaphore, delay, number=0):
    async with semaphore:
        trace(f"inside, locked {int(semaphore.locked())}")
        await asyncio.sleep(delay)
        if number:
            raise ScenarioError(number)
    trace("outside")


async def end(semaphore, tasks):
    for task in tasks:
        trace(await outcome(task))
    trace(f"locked {int(semaphore.locked())}")


async def two_at_a_time():
    semaphore = asyncio.Semaphore(2)
    tasks = [asyncio.create_task(worker(semaphore, 1), name=f"w{i}") for i in range(5)]
    await end(semaphore, tasks)


async def of_different_length():
    semaphore = asyncio.Semaphore(3)
    tasks = [asyncio.create_task(worker(semaphore, 1 + i % 3), name=f"w{i}") for i in range(8)]
    await end(semaphore, tasks)


async def one_fails():
    semaphore = asyncio.Semaphore(1)
    tasks = [asyncio.create_task(worker(semaphore, 1, i % 2), name=f"w{i}") for i in range(4)]
    await end(semaphore, tasks)


async def none_at_first():
    semaphore = asyncio.Semaphore(0)
    trace(f"locked {int(semaphore.locked())}")
    tasks = [asyncio.create_task(worker(semaphore, 0), name=f"w{i}") for i in range(3)]
    await asyncio.sleep(1)
    semaphore.release()
    trace(f"locked {int(semaphore.locked())}")
    await end(semaphore, tasks)


async def more_than_at_first():
    semaphore = asyncio.Semaphore(1)
    for _ in range(3):
        trace(attempt(semaphore.release))
    for _ in range(4):
        trace(f"locked {int(semaphore.locked())}")
        await semaphore.acquire()
    trace(f"locked {int(semaphore.locked())}")


async def without_contention_nothing_else_runs():
    semaphore = asyncio.Semaphore(3)
    asyncio.get_running_loop().call_soon(trace, "another callback")
    for _ in range(3):
        await semaphore.acquire()
    trace("three times")
    await asyncio.sleep(0)


async def negative():
    trace(attempt(asyncio.Semaphore, -1))
    trace(attempt(asyncio.BoundedSemaphore, -1))


async def bounded():
    semaphore = asyncio.BoundedSemaphore(2)
    trace(attempt(semaphore.release))
    await semaphore.acquire()
    trace(attempt(semaphore.release))
    trace(attempt(semaphore.release))
    tasks = [asyncio.create_task(worker(semaphore, 1), name=f"w{i}") for i in range(5)]
    await end(semaphore, tasks)
    trace(attempt(semaphore.release))


async def bounded_to_none():
    semaphore = asyncio.BoundedSemaphore(0)
    trace(attempt(semaphore.release))
    trace(f"locked {int(semaphore.locked())}")


async def bounded_released_while_others_wait():
    semaphore = asyncio.BoundedSemaphore(1)
    await semaphore.acquire()
    tasks = [asyncio.create_task(worker(semaphore, 1), name=f"w{i}") for i in range(2)]
    await asyncio.sleep(0)
    for _ in range(3):
        trace(attempt(semaphore.release))
    await end(semaphore, tasks)


async def timed_out():
    semaphore = asyncio.Semaphore(1)
    await semaphore.acquire()
    trace(await outcome(asyncio.wait_for(worker(semaphore, 0), 1)))
    semaphore.release()
    trace(await outcome(asyncio.wait_for(worker(semaphore, 5), 1)))
    await end(semaphore, [])


run(
    two_at_a_time,
    of_different_length,
    one_fails,
    none_at_first,
    more_than_at_first,
    without_contention_nothing_else_runs,
    negative,
    bounded,
    bounded_to_none,
    bounded_released_while_others_wait,
    timed_out,
)
