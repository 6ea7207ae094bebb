# needs: 3.13
"""A group takes back the cancel request that it made itself, and no other."""

import asyncio

from scenario import ScenarioError, outcome, run, show, trace


def cancelling():
    return asyncio.current_task().cancelling()


async def fails(delay, number):
    await asyncio.sleep(delay)
    raise ScenarioError(number)


async def group_with(block_delay, *specifications):
    try:
        async with asyncio.TaskGroup() as group:
            for delay, number in specifications:
                group.create_task(fails(delay, number), name=f"bad-{number}")
            if block_delay:
                await asyncio.sleep(block_delay)
    except BaseException as error:
        trace(f"{show(error)}, cancelling {cancelling()}")


async def a_failure_during_the_block():
    await group_with(5, (1, 1))
    await asyncio.sleep(1)
    trace("undisturbed")


async def a_failure_during_the_exit():
    await group_with(0, (1, 1), (2, 2))
    await asyncio.sleep(1)
    trace("undisturbed")


async def failures_in_a_row():
    for number in range(1, 4):
        await group_with(number % 2, (0.5, number))
    trace(f"cancelling {cancelling()}")


async def a_swallowed_request_stays_counted():
    async def body():
        try:
            await asyncio.sleep(5)
        except asyncio.CancelledError:
            trace(f"swallows it, cancelling {cancelling()}")
        await group_with(0, (1, 1))
        trace(f"a sleep: {await outcome(asyncio.sleep(1))}")
        return cancelling()

    task = asyncio.create_task(body(), name="t")
    await asyncio.sleep(1)
    task.cancel()
    trace(await outcome(task))


async def nested_groups_that_fail_together():
    async def body():
        try:
            async with asyncio.TaskGroup() as outer:
                outer.create_task(fails(1, 1), name="bad-1")
                async with asyncio.TaskGroup() as inner:
                    inner.create_task(fails(1, 2), name="bad-2")
                    await asyncio.sleep(5)
        except BaseException as error:
            trace(f"{show(error)}, cancelling {cancelling()}")
        trace(f"a sleep: {await outcome(asyncio.sleep(1))}")
        return cancelling()

    trace(await outcome(asyncio.create_task(body(), name="t")))


async def the_inner_block_in_the_outers_block():
    async def block():
        async with asyncio.TaskGroup() as outer:
            outer.create_task(asyncio.sleep(5), name="t")
            async with asyncio.TaskGroup() as inner:
                inner.create_task(fails(1, 3), name="bad")

    trace(await outcome(block()))
    trace(f"cancelling {cancelling()}")


run(
    a_failure_during_the_block,
    a_failure_during_the_exit,
    failures_in_a_row,
    a_swallowed_request_stays_counted,
    nested_groups_that_fail_together,
    the_inner_block_in_the_outers_block,
)
