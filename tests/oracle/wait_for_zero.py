# needs: 3.12
"""wait_for with no time at all: a done future gives its result, all else is cancelled."""

import asyncio

from scenario import ScenarioError, outcome, result, run, trace


async def body(value):
    trace(f"begins {value}")
    await asyncio.sleep(1)
    return value


async def a_coroutine_never_starts():
    for timeout in (0, -1, -100):
        trace(await outcome(asyncio.wait_for(body(1), timeout)))


async def a_task_never_starts():
    task = asyncio.create_task(body(2), name="t")
    trace(await outcome(asyncio.wait_for(task, 0)))
    trace(f"the task came to {result(task)}")


async def a_running_task_is_interrupted():
    task = asyncio.create_task(body(3), name="t")
    await asyncio.sleep(0.5)
    trace(await outcome(asyncio.wait_for(task, 0)))
    trace(f"the task came to {result(task)}")


async def a_done_future():
    loop = asyncio.get_running_loop()
    good, bad, gone = (loop.create_future() for _ in range(3))
    good.set_result(None)
    bad.set_exception(ScenarioError(4))
    gone.cancel()
    loop.call_soon(trace, "soon")
    for future in (good, bad, gone):
        trace(await outcome(asyncio.wait_for(future, 0)))
        trace(await outcome(asyncio.wait_for(future, -1)))
    trace("has not suspended")
    await asyncio.sleep(0)


async def a_pending_future():
    future = asyncio.get_running_loop().create_future()
    trace(await outcome(asyncio.wait_for(future, 0)))
    trace(f"the future came to {result(future)}")


async def a_task_that_swallows_it():
    async def stubborn():
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            trace("swallows it")
        await asyncio.sleep(1)
        return 5

    task = asyncio.create_task(stubborn(), name="t")
    await asyncio.sleep(0)
    trace(await outcome(asyncio.wait_for(task, 0)))


async def a_task_that_fails_instead():
    async def failing():
        try:
            await asyncio.sleep(10)
        finally:
            raise ScenarioError(6)

    task = asyncio.create_task(failing(), name="t")
    await asyncio.sleep(0)
    trace(await outcome(asyncio.wait_for(task, 0)))


async def a_task_that_takes_its_time():
    async def slow():
        try:
            await asyncio.sleep(10)
        finally:
            await asyncio.sleep(3)
            trace("clean")

    task = asyncio.create_task(slow(), name="t")
    await asyncio.sleep(0)
    trace(await outcome(asyncio.wait_for(task, 0)))


run(
    a_coroutine_never_starts,
    a_task_never_starts,
    a_running_task_is_interrupted,
    a_done_future,
    a_pending_future,
    a_task_that_swallows_it,
    a_task_that_fails_instead,
    a_task_that_takes_its_time,
)
