# needs: 3.12
"""wait_for gives what the awaitable gives, or a timeout after it has ended."""

import asyncio

from scenario import ScenarioError, outcome, result, run, trace


async def body(delay, value):
    trace(f"begins {value}")
    try:
        await asyncio.sleep(delay)
    except asyncio.CancelledError:
        trace(f"{value} is interrupted")
        raise
    trace(f"ends {value}")
    if value < 0:
        raise ScenarioError(-value)
    return value


async def a_coroutine_in_time():
    trace(await outcome(asyncio.wait_for(body(1, 5), 2)))
    await asyncio.sleep(5)
    trace("nothing came of the timer")


async def a_coroutine_runs_in_the_callers_task():
    asyncio.get_running_loop().call_soon(trace, "soon")
    trace(await outcome(asyncio.wait_for(body(0, 6), 2)))


async def a_coroutine_too_slow():
    trace(await outcome(asyncio.wait_for(body(3, 7), 2)))
    trace(f"cancelling {asyncio.current_task().cancelling()}")


async def a_failure_in_time():
    trace(await outcome(asyncio.wait_for(body(1, -8), 2)))


async def without_a_limit():
    trace(await outcome(asyncio.wait_for(body(1000, 9), None)))


async def a_task_in_time():
    task = asyncio.create_task(body(1, 1), name="t")
    trace(await outcome(asyncio.wait_for(task, 2)))


async def a_task_too_slow():
    task = asyncio.create_task(body(3, 2), name="t")
    trace(await outcome(asyncio.wait_for(task, 2)))
    trace(f"the task came to {result(task)}, cancelling {task.cancelling()}")


async def a_future_too_slow():
    future = asyncio.get_running_loop().create_future()
    trace(await outcome(asyncio.wait_for(future, 2)))
    trace(f"the future came to {result(future)}")


async def a_shielded_task_goes_on():
    task = asyncio.create_task(body(3, 3), name="t")
    trace(await outcome(asyncio.wait_for(asyncio.shield(task), 2)))
    trace(await outcome(task))


async def nested_the_inner_is_first():
    trace(await outcome(asyncio.wait_for(asyncio.wait_for(body(5, 4), 1), 2)))
    trace(f"cancelling {asyncio.current_task().cancelling()}")


async def nested_the_outer_is_first():
    async def inner():
        trace(f"inner: {await outcome(asyncio.wait_for(body(5, 5), 2))}")
        await asyncio.sleep(10)

    async def outer():
        await asyncio.wait_for(body(5, 5), 2)

    trace(await outcome(asyncio.wait_for(outer(), 1)))
    trace(await outcome(asyncio.wait_for(inner(), 1)))


run(
    a_coroutine_in_time,
    a_coroutine_runs_in_the_callers_task,
    a_coroutine_too_slow,
    a_failure_in_time,
    without_a_limit,
    a_task_in_time,
    a_task_too_slow,
    a_future_too_slow,
    a_shielded_task_goes_on,
    nested_the_inner_is_first,
    nested_the_outer_is_first,
)
