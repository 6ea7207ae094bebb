# needs: 3.13
"""Timeouts and groups inside each other whose ends fall together."""

import asyncio

from scenario import ScenarioError, outcome, run, show, trace


async def sleeper(delay, cleanup=0.0):
    try:
        await asyncio.sleep(delay)
        trace("slept")
    except asyncio.CancelledError:
        trace("interrupted")
        await asyncio.sleep(cleanup)
        raise


async def fails(delay, number):
    await asyncio.sleep(delay)
    trace("fails")
    raise ScenarioError(number)


def cancelling():
    return asyncio.current_task().cancelling()


async def three_limits_at_the_same_time():
    try:
        async with asyncio.timeout(1):
            try:
                async with asyncio.timeout(1):
                    try:
                        async with asyncio.timeout(1):
                            await asyncio.sleep(5)
                    except TimeoutError:
                        trace(f"the innermost, cancelling {cancelling()}")
            except TimeoutError:
                trace(f"the middle, cancelling {cancelling()}")
    except TimeoutError:
        trace(f"the outermost, cancelling {cancelling()}")
    trace(f"cancelling {cancelling()}")


async def a_limit_around_and_one_inside_a_group():
    try:
        async with asyncio.timeout(1):
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(sleeper(5), name="child")
                    async with asyncio.timeout(1):
                        await asyncio.sleep(5)
            except* TimeoutError:
                trace("the group")
    except TimeoutError:
        trace("the outer limit")
    trace(f"cancelling {cancelling()}")


async def a_child_fails_as_an_inner_limit_ends():
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(fails(1, 1), name="bad")
            try:
                async with asyncio.timeout(1):
                    await asyncio.sleep(5)
            except TimeoutError:
                trace("the limit")
            await asyncio.sleep(1)
            trace("never")
    except BaseExceptionGroup as error:
        trace(show(error))
    trace(f"cancelling {cancelling()}")


async def two_groups_whose_children_fail_together():
    try:
        async with asyncio.TaskGroup() as outer:
            outer.create_task(fails(1, 1), name="outer")
            async with asyncio.TaskGroup() as inner:
                inner.create_task(fails(1, 2), name="inner")
                await asyncio.sleep(5)
    except BaseExceptionGroup as error:
        trace(show(error))
    trace(f"cancelling {cancelling()}")


async def cancelled_as_the_limit_ends():
    async def body():
        try:
            async with asyncio.timeout(1):
                await sleeper(5)
        except TimeoutError:
            trace("the limit")

    task = asyncio.create_task(body(), name="t")
    await asyncio.sleep(1)
    trace("cancels")
    task.cancel()
    trace(await outcome(task))


async def limits_of_tasks_that_await_each_other():
    async def inner():
        async with asyncio.timeout(1):
            await sleeper(5, 0.5)

    async def outer(task):
        async with asyncio.timeout(1):
            await task

    task = asyncio.create_task(inner(), name="inner")
    other = asyncio.create_task(outer(task), name="outer")
    trace(await outcome(other))
    trace(await outcome(task))


run(
    three_limits_at_the_same_time,
    a_limit_around_and_one_inside_a_group,
    a_child_fails_as_an_inner_limit_ends,
    two_groups_whose_children_fail_together,
    cancelled_as_the_limit_ends,
    limits_of_tasks_that_await_each_other,
)
