# needs: 3.13
"""Wait_for in timeouts and groups, in chains of tasks, and around what swallows its cancel."""

import asyncio

from scenario import ScenarioError, outcome, run, show, trace


async def body(delay, value=1):
    try:
        await asyncio.sleep(delay)
    except asyncio.CancelledError:
        trace("cancelled")
        raise
    return value


async def in_a_timeout():
    async def block(outer, inner):
        async with asyncio.timeout(outer):
            return await asyncio.wait_for(body(9), inner)

    for outer, inner in ((1, 2), (2, 1), (1, 1)):
        trace(await outcome(block(outer, inner)))


async def in_a_group():
    async def limited(delay):
        return await asyncio.wait_for(body(delay), 2)

    try:
        async with asyncio.TaskGroup() as group:
            for delay in (1, 5, 2):
                group.create_task(limited(delay), name=f"t{delay}")
    except BaseException as error:
        trace(show(error))


async def a_chain_of_tasks():
    async def level(depth):
        if depth == 0:
            return await body(9)
        task = asyncio.create_task(level(depth - 1), name=f"level-{depth - 1}")
        try:
            return await asyncio.wait_for(task, depth)
        except BaseException as error:
            trace(show(error))
            raise

    trace(await outcome(level(3)))


async def around_what_swallows_it():
    async def swallows():
        try:
            await asyncio.sleep(9)
        except asyncio.CancelledError:
            trace("swallows it")
        await asyncio.sleep(1)
        return 5

    task = asyncio.create_task(swallows(), name="t")
    trace(await outcome(asyncio.wait_for(task, 1)))
    trace(await outcome(asyncio.wait_for(asyncio.wait_for(swallows(), 1), 9)))
    trace(f"cancelling {asyncio.current_task().cancelling()}")


async def a_shield_in_the_middle():
    task = asyncio.create_task(body(3), name="t")
    trace(await outcome(asyncio.wait_for(asyncio.shield(task), 1)))
    trace(await outcome(asyncio.wait_for(asyncio.shield(task), 1)))
    trace(await outcome(asyncio.wait_for(task, 5)))


async def cancelled_with_another_error():
    async def fails():
        try:
            await asyncio.sleep(9)
        finally:
            raise ScenarioError(8)

    async def waits():
        return await asyncio.wait_for(fails(), 5)

    task = asyncio.create_task(waits(), name="t")
    await asyncio.sleep(1)
    task.cancel()
    trace(await outcome(task))


run(
    in_a_timeout,
    in_a_group,
    a_chain_of_tasks,
    around_what_swallows_it,
    a_shield_in_the_middle,
    cancelled_with_another_error,
)
