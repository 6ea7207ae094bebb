# needs: 3.13
"""What is awaited while a group is being left: by its tasks, by its block, and after it."""

import asyncio

from scenario import ScenarioError, outcome, run, show, trace


async def cleans_up(delay, number=0):
    try:
        await asyncio.sleep(9)
    finally:
        trace(f"cleans up: {await outcome(asyncio.sleep(delay))}")
        if number:
            raise ScenarioError(number)


async def fails(delay, number):
    await asyncio.sleep(delay)
    raise ScenarioError(number)


async def a_second_failure_during_the_cleanup():
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(fails(1, 1), name="bad")
            group.create_task(cleans_up(2, 2), name="slow")
            group.create_task(cleans_up(1), name="good")
    except BaseException as error:
        trace(show(error))


async def the_parent_is_cancelled_during_the_cleanup():
    async def parent(number):
        try:
            async with asyncio.TaskGroup() as group:
                if number:
                    group.create_task(fails(1, number), name="bad")
                group.create_task(cleans_up(3), name="slow")
                await asyncio.sleep(1)
                if not number:
                    asyncio.current_task().cancel()
                    await asyncio.sleep(1)
        except BaseException as error:
            trace(f"{show(error)}, cancelling {asyncio.current_task().cancelling()}")
            raise

    for number in (1, 0):
        task = asyncio.create_task(parent(number), name="parent")
        await asyncio.sleep(2)
        task.cancel()
        trace(await outcome(task))


async def the_block_cleans_up_too():
    async def block():
        async with asyncio.TaskGroup() as group:
            group.create_task(fails(1, 1), name="bad")
            group.create_task(cleans_up(1), name="slow")
            try:
                await asyncio.sleep(9)
            finally:
                trace(f"the block: {await outcome(asyncio.sleep(3))}")

    trace(await outcome(block()))


async def the_block_fails_while_it_cleans_up():
    async def block():
        async with asyncio.TaskGroup() as group:
            group.create_task(fails(1, 1), name="bad")
            try:
                await asyncio.sleep(9)
            except asyncio.CancelledError:
                raise ScenarioError(2) from None

    trace(await outcome(block()))


async def a_task_is_started_by_a_cleanup():
    group = asyncio.TaskGroup()

    async def adds():
        try:
            await asyncio.sleep(1)
        finally:
            group.create_task(asyncio.sleep(2), name="late")
            trace("added")

    async with group:
        group.create_task(adds(), name="adds")
    trace("left")


run(
    a_second_failure_during_the_cleanup,
    the_parent_is_cancelled_during_the_cleanup,
    the_block_cleans_up_too,
    the_block_fails_while_it_cleans_up,
    a_task_is_started_by_a_cleanup,
)
