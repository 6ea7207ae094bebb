"""ensure_future gives futures back as they are, and makes tasks of coroutines."""

import asyncio

from scenario import ScenarioError, attempt, new_loop, outcome, run, trace


async def give(value):
    if value < 0:
        raise ScenarioError(-value)
    return value


async def futures_as_they_are():
    future = asyncio.get_running_loop().create_future()
    trace(f"{asyncio.ensure_future(future) is future:d}")
    task = asyncio.create_task(give(1))
    trace(f"{asyncio.ensure_future(task) is task:d}")
    trace(f"{asyncio.isfuture(future):d} {asyncio.isfuture(task):d} {asyncio.iscoroutine(task):d}")
    await task


async def coroutines_become_tasks():
    coroutine = give(2)
    trace(f"{asyncio.isfuture(coroutine):d} {asyncio.iscoroutine(coroutine):d}")
    future = asyncio.ensure_future(coroutine)
    trace(f"{asyncio.isfuture(future):d} {future.done():d}")
    trace(await outcome(future))
    trace(await outcome(asyncio.ensure_future(give(-3))))


async def of_another_loop():
    other = asyncio.new_event_loop()
    future = other.create_future()
    trace(f"{asyncio.ensure_future(future) is future:d}")
    trace(f"{asyncio.ensure_future(future, loop=other) is future:d}")
    trace(attempt(asyncio.ensure_future, future, loop=asyncio.get_running_loop()))
    other.close()


def on_a_loop_that_does_not_run():
    loop = new_loop()
    task = asyncio.ensure_future(give(4), loop=loop)
    trace(f"{task.done():d}")
    trace(loop.run_until_complete(task))
    loop.close()


run(
    futures_as_they_are,
    coroutines_become_tasks,
    of_another_loop,
    on_a_loop_that_does_not_run,
)
