# needs: 3.13
"""Timeouts around gather, wait, shield and the awaits of futures and tasks."""

import asyncio

from scenario import ScenarioError, outcome, run, show, trace


async def body(delay, number):
    try:
        await asyncio.sleep(delay)
    except asyncio.CancelledError:
        trace("cancelled")
        raise
    if number:
        raise ScenarioError(number)
    trace("done")
    return 1


async def within(limit, awaitable):
    async with asyncio.timeout(limit):
        return await awaitable


def spawn(name, delay, number=0):
    return asyncio.create_task(body(delay, number), name=name)


async def a_gather_of_tasks():
    tasks = [spawn("a", 1), spawn("b", 3)]
    trace(await outcome(within(2, asyncio.gather(*tasks))))
    trace(" ".join(str(int(task.cancelled())) for task in tasks))


async def a_gather_that_fails_as_time_is_up():
    tasks = [spawn("a", 1, 7), spawn("b", 3)]
    trace(await outcome(within(1, asyncio.gather(*tasks))))
    trace(await outcome(asyncio.wait_for(tasks[1], 5)))


async def a_wait_leaves_the_tasks_alone():
    tasks = [spawn("a", 1), spawn("b", 3)]
    try:
        async with asyncio.timeout(2):
            await asyncio.wait(tasks)
    except TimeoutError as error:
        trace(show(error))
    await asyncio.wait(tasks)
    trace(" ".join(str(int(task.cancelled())) for task in tasks))


async def a_shield():
    task = spawn("a", 3)
    trace(await outcome(within(1, asyncio.shield(task))))
    trace(await outcome(within(1, asyncio.shield(task))))
    trace(await outcome(task))


async def a_future():
    future = asyncio.get_running_loop().create_future()
    trace(await outcome(within(1, future)))
    trace(f"cancelled {int(future.cancelled())}")


async def one_task_under_two_limits():
    task = spawn("a", 9)
    first = asyncio.create_task(within(1, task), name="first")
    second = asyncio.create_task(within(2, task), name="second")
    trace(await outcome(first))
    trace(await outcome(second))
    trace(await outcome(task))


run(
    a_gather_of_tasks,
    a_gather_that_fails_as_time_is_up,
    a_wait_leaves_the_tasks_alone,
    a_shield,
    a_future,
    one_task_under_two_limits,
)
