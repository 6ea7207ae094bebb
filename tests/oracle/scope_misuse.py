# needs: 3.13
"""Groups and timeouts entered twice, used before or after, or moved when it is too late."""

import asyncio

from scenario import ScenarioError, outcome, run, show, trace


def add(group, delay=1):
    coroutine = asyncio.sleep(delay)
    try:
        group.create_task(coroutine, name="t")
        trace("added")
    except RuntimeError as error:
        coroutine.close()
        trace(show(error))


async def a_group_not_entered():
    add(asyncio.TaskGroup())


async def a_group_that_is_finished():
    async with asyncio.TaskGroup() as group:
        add(group)
    add(group)
    trace(await outcome(group.__aenter__()))


async def a_group_entered_twice():
    async with asyncio.TaskGroup() as group:
        trace(await outcome(group.__aenter__()))
        add(group)
    trace("left")


async def a_group_after_a_failure():
    async def fails():
        raise ScenarioError(1)

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(fails(), name="bad")
            try:
                await asyncio.sleep(1)
            except asyncio.CancelledError:
                add(group)
                raise
    except BaseException as error:
        trace(show(error))


async def a_timeout_entered_twice():
    limit = asyncio.timeout(1)
    async with limit:
        trace(await outcome(limit.__aenter__()))
        await asyncio.sleep(0.5)
    trace("left")


def move(limit, when):
    try:
        limit.reschedule(asyncio.get_running_loop().time() + when)
        trace("moved")
    except RuntimeError as error:
        trace(show(error))


async def a_timeout_that_is_moved_too_late():
    limit = asyncio.timeout(1)
    move(limit, 1)
    try:
        async with limit:
            move(limit, 2)
            try:
                await asyncio.sleep(9)
            finally:
                move(limit, 5)
    except TimeoutError as error:
        trace(show(error))
    move(limit, 5)
    trace(f"expired {int(limit.expired())}")


run(
    a_group_not_entered,
    a_group_that_is_finished,
    a_group_entered_twice,
    a_group_after_a_failure,
    a_timeout_entered_twice,
    a_timeout_that_is_moved_too_late,
)
