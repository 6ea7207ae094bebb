# needs: 3.13
"""Tasks of one group that await, cancel and gather each other."""

import asyncio

from scenario import ScenarioError, outcome, run, show, trace


async def body(delay, number=0):
    try:
        await asyncio.sleep(delay)
    except asyncio.CancelledError:
        trace("cancelled")
        raise
    if number:
        raise ScenarioError(number)
    trace("done")
    return 1


async def awaits(task):
    trace(f"awaited: {await outcome(task)}")


async def one_awaits_another_that_is_cancelled():
    async with asyncio.TaskGroup() as group:
        first = group.create_task(body(5), name="first")
        group.create_task(awaits(first), name="second")
        await asyncio.sleep(1)
        first.cancel()
    trace("left")


async def one_awaits_another_that_fails():
    async def passes(task):
        await task

    try:
        async with asyncio.TaskGroup() as group:
            first = group.create_task(body(1, 4), name="first")
            group.create_task(passes(first), name="second")
            group.create_task(body(3), name="third")
    except BaseException as error:
        trace(show(error))


async def one_cancels_the_others():
    async def cancels(tasks):
        await asyncio.sleep(1)
        for task in tasks:
            task.cancel()

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(body(5), name=f"t{i}") for i in range(3)]
        group.create_task(cancels(tasks[:2]), name="cancels")
    trace(" ".join(str(int(task.cancelled())) for task in tasks))


async def a_gather_inside():
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(body(2), name="a"),
                group.create_task(body(1, 6), name="b"),
            ]
            trace(await outcome(asyncio.gather(*tasks)))
    except BaseException as error:
        trace(show(error))


async def a_shield_inside():
    outside = asyncio.create_task(body(3), name="outside")
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(body(1, 2), name="bad")
            await asyncio.shield(outside)
    except BaseException as error:
        trace(show(error))
    trace(await outcome(outside))


async def a_group_in_a_task_of_a_group():
    async def nests():
        async with asyncio.TaskGroup() as inner:
            inner.create_task(body(1, 1), name="inner-bad")
            inner.create_task(body(4), name="inner-good")

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(nests(), name="nests")
            group.create_task(body(4), name="good")
    except BaseException as error:
        trace(show(error))


run(
    one_awaits_another_that_is_cancelled,
    one_awaits_another_that_fails,
    one_cancels_the_others,
    a_gather_inside,
    a_shield_inside,
    a_group_in_a_task_of_a_group,
)
