"""Groups inside groups: the error of an inner group is a member of the outer one's."""

import asyncio

from scenario import ScenarioError, outcome, run, show, trace


async def fails(delay, number):
    await asyncio.sleep(delay)
    raise ScenarioError(number)


async def sleeper(delay):
    try:
        await asyncio.sleep(delay)
    except asyncio.CancelledError:
        trace("interrupted")
        raise


async def inner_group(*specifications):
    try:
        async with asyncio.TaskGroup() as group:
            for delay, number in specifications:
                group.create_task(fails(delay, number), name=f"bad-{number}")
    except BaseException as error:
        trace(f"the inner group: {show(error)}")
        raise


async def an_inner_group_fails():
    async def block():
        async with asyncio.TaskGroup() as group:
            group.create_task(inner_group((1, 1), (1, 2)), name="inner")
            group.create_task(sleeper(5), name="t")

    trace(await outcome(block()))


async def two_inner_groups_fail_together():
    async def block():
        async with asyncio.TaskGroup() as group:
            group.create_task(inner_group((1, 1), (1, 2)), name="left")
            group.create_task(inner_group((1, 3)), name="right")

    trace(await outcome(block()))


async def the_outer_cancels_an_inner_group():
    async def block():
        async with asyncio.TaskGroup() as group:
            group.create_task(inner_group((5, 1)), name="inner")
            group.create_task(fails(1, 2), name="bad")

    trace(await outcome(block()))


async def the_inner_block_in_the_outers_block():
    async def block():
        async with asyncio.TaskGroup() as outer:
            outer.create_task(sleeper(5), name="t")
            async with asyncio.TaskGroup() as inner:
                inner.create_task(fails(1, 3), name="bad")
            trace("not reached")

    trace(await outcome(block()))


async def the_outers_child_fails_in_the_inner_block():
    async def block():
        async with asyncio.TaskGroup() as outer:
            outer.create_task(fails(1, 4), name="bad")
            try:
                async with asyncio.TaskGroup() as inner:
                    inner.create_task(sleeper(5), name="t")
            except BaseException as error:
                trace(f"the inner group: {show(error)}")
                raise

    trace(await outcome(block()))


async def an_error_of_the_inner_is_handled():
    async with asyncio.TaskGroup() as outer:
        outer.create_task(sleeper(2), name="t")
        trace(await outcome(inner_group((1, 5))))
        await asyncio.sleep(0.5)
        trace("the outer block goes on")
    trace("outside")


async def three_levels_deep():
    async def level(depth):
        async with asyncio.TaskGroup() as group:
            if depth:
                group.create_task(level(depth - 1), name=f"level-{depth - 1}")
            else:
                group.create_task(fails(1, 6), name="bad")

    trace(await outcome(level(2)))


run(
    an_inner_group_fails,
    two_inner_groups_fail_together,
    the_outer_cancels_an_inner_group,
    the_inner_block_in_the_outers_block,
    the_outers_child_fails_in_the_inner_block,
    an_error_of_the_inner_is_handled,
    three_levels_deep,
)
