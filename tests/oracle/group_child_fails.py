"""When a task of a group fails, the others and the block are cancelled; all failures come out."""

import asyncio

from scenario import ScenarioError, outcome, run, show, trace


async def fails(delay, number):
    await asyncio.sleep(delay)
    trace(f"fails with {number}")
    raise ScenarioError(number)


async def sleeper(delay, cleanup=0.0, number=0):
    try:
        await asyncio.sleep(delay)
        trace("slept")
    except asyncio.CancelledError as error:
        trace(f"interrupted: {show(error)}")
        if cleanup:
            await asyncio.sleep(cleanup)
            trace("clean")
        if number:
            raise ScenarioError(number) from None
        raise


def cancelling():
    return asyncio.current_task().cancelling()


async def the_others_are_cancelled():
    async def block():
        async with asyncio.TaskGroup() as group:
            for number in range(3):
                group.create_task(sleeper(5), name=f"t{number}")
            group.create_task(fails(1, 1), name="bad")
            trace("the block ends")

    trace(await outcome(block()))


async def the_block_is_cancelled():
    async def block():
        async with asyncio.TaskGroup() as group:
            group.create_task(sleeper(5), name="t")
            group.create_task(fails(1, 2), name="bad")
            try:
                await asyncio.sleep(5)
            except asyncio.CancelledError:
                trace(f"the block is interrupted, cancelling {cancelling()}")
                raise

    trace(await outcome(block()))
    await asyncio.sleep(1)
    trace("goes on")


async def errors_in_the_order_in_which_they_came():
    async def block():
        async with asyncio.TaskGroup() as group:
            group.create_task(sleeper(5, 0.5, 1), name="t0")
            group.create_task(sleeper(5, 0.2, 2), name="t1")
            group.create_task(sleeper(5, 0.9), name="t2")
            group.create_task(fails(1, 3), name="bad")

    trace(await outcome(block()))


async def several_fail_in_one_iteration():
    async def block():
        async with asyncio.TaskGroup() as group:
            for number in range(1, 4):
                group.create_task(fails(1, number), name=f"bad-{number}")
            group.create_task(sleeper(5), name="t")

    trace(await outcome(block()))


async def a_failure_at_the_first_step():
    async def at_once():
        trace("fails at once")
        raise ScenarioError(4)

    async def block():
        async with asyncio.TaskGroup() as group:
            group.create_task(sleeper(5), name="before")
            group.create_task(at_once(), name="bad")
            group.create_task(sleeper(5), name="behind")

    trace(await outcome(block()))


async def the_last_one_fails():
    async def block():
        async with asyncio.TaskGroup() as group:
            group.create_task(sleeper(1), name="t")
            group.create_task(fails(2, 5), name="bad")

    trace(await outcome(block()))


async def a_block_that_swallows_the_cancel():
    async def block():
        async with asyncio.TaskGroup() as group:
            group.create_task(fails(1, 6), name="bad")
            try:
                await asyncio.sleep(5)
            except asyncio.CancelledError:
                trace("swallows it")
            await asyncio.sleep(1)
            trace("goes on")

    trace(await outcome(block()))


async def children_that_swallow_the_cancel():
    async def stubborn():
        try:
            await asyncio.sleep(5)
        except asyncio.CancelledError:
            trace("swallows it")
        await asyncio.sleep(1)
        trace("ends well")

    async def block():
        async with asyncio.TaskGroup() as group:
            group.create_task(stubborn(), name="stubborn")
            group.create_task(fails(1, 7), name="bad")

    trace(await outcome(block()))


run(
    the_others_are_cancelled,
    the_block_is_cancelled,
    errors_in_the_order_in_which_they_came,
    several_fail_in_one_iteration,
    a_failure_at_the_first_step,
    the_last_one_fails,
    a_block_that_swallows_the_cancel,
    children_that_swallow_the_cancel,
)
