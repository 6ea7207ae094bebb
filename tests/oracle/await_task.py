"""Awaiting a task gives its result, its error, or its cancellation, to every waiter."""

import asyncio

from scenario import ScenarioError, outcome, result, run, trace


async def returns(delay, value):
    await asyncio.sleep(delay)
    trace("returns")
    return value


async def fails(delay, number):
    await asyncio.sleep(delay)
    trace("fails")
    raise ScenarioError(number)


async def outcomes():
    tasks = [
        asyncio.create_task(returns(0.1, 5), name="good"),
        asyncio.create_task(fails(0.2, 1), name="bad"),
        asyncio.create_task(returns(9, 0), name="gone"),
    ]
    asyncio.get_running_loop().call_later(0.3, tasks[2].cancel)
    for task in tasks:
        trace(f"{task.get_name()}: {await outcome(task)}")
    for task in tasks:
        trace(f"{task.get_name()}: {result(task)}, cancelled {int(task.cancelled())}")


async def an_awaited_task_that_is_done():
    task = asyncio.create_task(fails(0, 2), name="bad")
    await asyncio.sleep(1)
    asyncio.get_running_loop().call_soon(trace, "soon")
    trace(await outcome(task))
    trace(await outcome(task))
    trace("has not suspended")
    await asyncio.sleep(0)


async def several_waiters():
    task = asyncio.create_task(fails(0.5, 3), name="bad")

    async def waiter():
        trace(f"got {await outcome(task)}")

    waiters = [asyncio.create_task(waiter(), name=f"w{number}") for number in range(3)]
    for one in waiters:
        await one
    trace("done")


async def an_error_passes_through_tasks():
    async def outer():
        inner = asyncio.create_task(fails(0.1, 4), name="inner")
        await inner
        trace("not reached")

    trace(await outcome(asyncio.create_task(outer(), name="outer")))


async def an_error_passes_through_calls():
    async def middle(number):
        try:
            await fails(0.1, number)
        finally:
            trace("middle cleans up")

    trace(await outcome(middle(5)))
    trace(await outcome(asyncio.create_task(middle(6), name="task")))


async def a_pending_task_has_no_result():
    task = asyncio.create_task(returns(1, 1), name="slow")
    trace(f"{result(task)}, done {int(task.done())}")
    await asyncio.sleep(0.5)
    trace(f"{result(task)}, done {int(task.done())}")
    await task
    trace(f"{result(task)}, done {int(task.done())}")


async def a_task_that_awaits_itself():
    async def selfish():
        trace(await outcome(asyncio.current_task()))
        await asyncio.sleep(0.1)
        return 8

    trace(await outcome(asyncio.create_task(selfish(), name="selfish")))


run(
    outcomes,
    an_awaited_task_that_is_done,
    several_waiters,
    an_error_passes_through_tasks,
    an_error_passes_through_calls,
    a_pending_task_has_no_result,
    a_task_that_awaits_itself,
)
