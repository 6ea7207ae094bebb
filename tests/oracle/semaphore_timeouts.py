# needs: 3.13
"""Semaphores under limits: a waiter whose time is up neither keeps a token nor loses one."""

import asyncio

from scenario import outcome, run, show, trace


async def holder(semaphore, delay):
    async with semaphore:
        trace("has it")
        await asyncio.sleep(delay)
    trace("gave it back")


async def limited(semaphore, limit, delay=0.0):
    try:
        await asyncio.wait_for(semaphore.acquire(), limit)
    except BaseException as error:
        trace(show(error))
        return
    trace("has it")
    await asyncio.sleep(delay)
    semaphore.release()


def spawn(name, coroutine):
    return asyncio.create_task(coroutine, name=name)


async def finish(semaphore, tasks):
    for task in tasks:
        await outcome(task)
    trace(f"locked {int(semaphore.locked())}")


async def too_late():
    semaphore = asyncio.Semaphore(1)
    tasks = [spawn("h", holder(semaphore, 2)), spawn("a", limited(semaphore, 1))]
    tasks.append(spawn("b", limited(semaphore, 5)))
    await finish(semaphore, tasks)


async def released_as_the_time_is_up():
    semaphore = asyncio.Semaphore(1)
    tasks = [spawn("h", holder(semaphore, 1)), spawn("a", limited(semaphore, 1))]
    tasks.append(spawn("b", limited(semaphore, 5)))
    await finish(semaphore, tasks)


async def released_after_the_time_is_up():
    semaphore = asyncio.Semaphore(1)
    await semaphore.acquire()
    tasks = [spawn("a", limited(semaphore, 1)), spawn("b", limited(semaphore, 5))]
    await asyncio.sleep(0)
    asyncio.get_running_loop().call_later(1, semaphore.release)
    await finish(semaphore, tasks)


async def all_times_are_up():
    semaphore = asyncio.Semaphore(2)
    await semaphore.acquire()
    await semaphore.acquire()
    tasks = [spawn(f"w{i}", limited(semaphore, 1)) for i in range(4)]
    await asyncio.sleep(2)
    semaphore.release()
    semaphore.release()
    await finish(semaphore, tasks)
    await limited(semaphore, 1)


async def a_zero_limit():
    semaphore = asyncio.Semaphore(1)
    await limited(semaphore, 0)
    trace(f"locked {int(semaphore.locked())}")
    await limited(semaphore, 1)


async def many_with_short_limits():
    semaphore = asyncio.Semaphore(2)
    tasks = [spawn(f"w{i}", limited(semaphore, 0.5, 0.3)) for i in range(6)]
    await finish(semaphore, tasks)


run(
    too_late,
    released_as_the_time_is_up,
    released_after_the_time_is_up,
    all_times_are_up,
    a_zero_limit,
    many_with_short_limits,
)
