"""When the block of a group fails, its tasks are cancelled, and its error comes out last."""

import asyncio

from scenario import ScenarioError, outcome, run, show, trace


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


async def fails(delay, number):
    await asyncio.sleep(delay)
    trace(f"fails with {number}")
    raise ScenarioError(number)


async def at_once():
    async def block():
        async with asyncio.TaskGroup() as group:
            group.create_task(sleeper(5), name="t")
            raise ScenarioError(1)

    trace(await outcome(block()))


async def without_tasks():
    async def block():
        async with asyncio.TaskGroup():
            raise ScenarioError(2)

    trace(await outcome(block()))


async def after_a_while():
    async def block():
        async with asyncio.TaskGroup() as group:
            for number in range(2):
                group.create_task(sleeper(5, 0.5), name=f"t{number}")
            await asyncio.sleep(1)
            raise ScenarioError(3)

    trace(await outcome(block()))
    trace(f"cancelling {asyncio.current_task().cancelling()}")


async def tasks_fail_while_cleaning_up():
    async def block():
        async with asyncio.TaskGroup() as group:
            group.create_task(sleeper(5, 0.5, 4), name="t0")
            group.create_task(sleeper(5, 0.2, 5), name="t1")
            await asyncio.sleep(1)
            raise ScenarioError(6)

    trace(await outcome(block()))


async def after_a_child_failed():
    async def block():
        async with asyncio.TaskGroup() as group:
            group.create_task(fails(1, 7), name="bad")
            try:
                await asyncio.sleep(5)
            finally:
                raise ScenarioError(8)

    trace(await outcome(block()))
    trace(f"cancelling {asyncio.current_task().cancelling()}")


async def its_error_is_a_timeout():
    async def block():
        async with asyncio.TaskGroup() as group:
            group.create_task(sleeper(5), name="t")
            async with asyncio.timeout(1):
                await asyncio.sleep(3)

    trace(await outcome(block()))


async def its_error_is_a_childs():
    async def block():
        async with asyncio.TaskGroup() as group:
            bad = asyncio.create_task(fails(1, 9), name="outside the group")
            group.create_task(sleeper(5), name="t")
            await bad

    trace(await outcome(block()))


async def a_raised_cancel_is_no_failure():
    async def block():
        async with asyncio.TaskGroup() as group:
            group.create_task(sleeper(5), name="t")
            await asyncio.sleep(1)
            raise asyncio.CancelledError

    trace(await outcome(block()))
    trace(f"cancelling {asyncio.current_task().cancelling()}")


run(
    at_once,
    without_tasks,
    after_a_while,
    tasks_fail_while_cleaning_up,
    after_a_child_failed,
    its_error_is_a_timeout,
    its_error_is_a_childs,
    a_raised_cancel_is_no_failure,
)
