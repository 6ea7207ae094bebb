# needs: 3.12
"""wait_for where the result, the timeout and a cancel come at the same time: nothing is lost."""

import asyncio

from scenario import ScenarioError, outcome, run, trace


async def limited(awaitable, timeout):
    trace(await outcome(asyncio.wait_for(awaitable, timeout)))


async def limited_and_passes(awaitable, timeout):
    result = await asyncio.wait_for(awaitable, timeout)
    trace("in time")
    return result


async def the_result_is_set_and_the_waiter_cancelled():
    future = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(limited_and_passes(future, 5), name="w")
    await asyncio.sleep(0.1)
    future.set_result(None)
    task.cancel()
    trace(await outcome(task))
    trace(await outcome(future))


async def the_waiter_cancelled_and_the_result_set():
    future = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(limited_and_passes(future, 5), name="w")
    await asyncio.sleep(0.1)
    task.cancel()
    trace(f"cancelled {int(future.cancelled())}")
    trace(await outcome(task))


async def the_result_just_before_the_timeout():
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    loop.call_later(1, future.set_result, None)
    await limited(future, 1)


async def the_timeout_just_before_the_result():
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    task = asyncio.create_task(limited(future, 1), name="w")
    await asyncio.sleep(0)
    loop.call_later(1, lambda: trace(f"done {int(future.done())}"))
    await task


async def body(delay, value, cleanup=0.0):
    try:
        await asyncio.sleep(delay)
    except asyncio.CancelledError:
        trace("interrupted")
        await asyncio.sleep(cleanup)
        if value < 0:
            raise ScenarioError(-value) from None
        raise
    return value


async def a_task_that_ends_at_the_limit():
    await limited(asyncio.create_task(body(1, 3), name="t"), 1)


async def a_task_that_fails_when_its_time_is_up():
    await limited(asyncio.create_task(body(5, -4), name="t"), 1)


async def cancelled_while_it_waits_for_the_cleanup():
    inner = asyncio.create_task(body(5, 1, 1), name="inner")
    task = asyncio.create_task(limited_and_passes(inner, 1), name="w")
    await asyncio.sleep(1.5)
    trace("cancels")
    task.cancel()
    trace(await outcome(task))
    trace(f"cancelled {int(inner.cancelled())}")


async def two_waiters_with_different_limits():
    inner = asyncio.create_task(body(5, 1), name="inner")
    tasks = [asyncio.create_task(limited(inner, i), name=f"w{i}") for i in (1, 2)]
    for task in tasks:
        await task
    trace(f"cancelled {int(inner.cancelled())}")


async def two_waiters_of_which_one_shields():
    inner = asyncio.create_task(body(1.5, 1), name="inner")
    first = asyncio.create_task(limited(asyncio.shield(inner), 1), name="w1")
    second = asyncio.create_task(limited(inner, 2), name="w2")
    await first
    await second


async def in_a_loop_until_it_is_there():
    inner = asyncio.create_task(body(1, 6), name="inner")
    tries = 0
    while True:
        tries += 1
        try:
            value = await asyncio.wait_for(asyncio.shield(inner), 0.3)
        except TimeoutError:
            trace(f"try {tries}")
        else:
            trace(f"got {value}")
            break


run(
    the_result_is_set_and_the_waiter_cancelled,
    the_waiter_cancelled_and_the_result_set,
    the_result_just_before_the_timeout,
    the_timeout_just_before_the_result,
    a_task_that_ends_at_the_limit,
    a_task_that_fails_when_its_time_is_up,
    cancelled_while_it_waits_for_the_cleanup,
    two_waiters_with_different_limits,
    two_waiters_of_which_one_shields,
    in_a_loop_until_it_is_there,
)
