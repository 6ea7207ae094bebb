# needs: 3.13
"""Locks under limits: whoever gives up leaves the lock to the next, and never takes it along."""

import asyncio

from scenario import ScenarioError, outcome, run, show, trace


async def limited(lock, limit):
    try:
        async with asyncio.timeout(limit):
            await lock.acquire()
    except BaseException as error:
        trace(f"{show(error)}, locked {int(lock.locked())}")
        return
    trace("has it")
    await asyncio.sleep(0)
    lock.release()


async def held(delay, *limits):
    lock = asyncio.Lock()
    await lock.acquire()
    tasks = [
        asyncio.create_task(limited(lock, limit), name=f"w{i}") for i, limit in enumerate(limits)
    ]
    await asyncio.sleep(delay)
    return lock, tasks


async def finish(lock, tasks):
    for task in tasks:
        await outcome(task)
    trace(f"locked {int(lock.locked())}")


async def too_late():
    lock, tasks = await held(2, 1, 5)
    lock.release()
    await finish(lock, tasks)


async def released_as_the_time_is_up():
    lock, tasks = await held(1, 1, 5)
    trace("releases")
    lock.release()
    await finish(lock, tasks)


async def released_before_a_cancel_of_all():
    lock, tasks = await held(0.5, 5, 5, 5)
    lock.release()
    for task in tasks:
        task.cancel()
    await finish(lock, tasks)


async def released_after_a_cancel_of_all():
    lock, tasks = await held(0.5, 5, 5, 5)
    for task in tasks:
        task.cancel()
    lock.release()
    await finish(lock, tasks)


async def a_limit_inside_the_lock():
    lock = asyncio.Lock()

    async def works(delay):
        async with lock:
            async with asyncio.timeout(1):
                await asyncio.sleep(delay)
            trace("in time")

    tasks = [asyncio.create_task(works(delay), name=f"w{delay}") for delay in (2, 0, 3)]
    for task in tasks:
        trace(await outcome(task))
    trace(f"locked {int(lock.locked())}")


async def a_group_of_which_one_fails():
    lock = asyncio.Lock()

    async def works(number):
        async with lock:
            trace("has it")
            await asyncio.sleep(1)
            if number == 1:
                raise ScenarioError(1)

    try:
        async with asyncio.TaskGroup() as group:
            for number in range(4):
                group.create_task(works(number), name=f"w{number}")
    except BaseExceptionGroup as error:
        trace(show(error))
    trace(f"locked {int(lock.locked())}")


run(
    too_late,
    released_as_the_time_is_up,
    released_before_a_cancel_of_all,
    released_after_a_cancel_of_all,
    a_limit_inside_the_lock,
    a_group_of_which_one_fails,
)
