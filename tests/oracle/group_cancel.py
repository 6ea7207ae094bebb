# needs: 3.13
"""A group's own task is cancelled: so are its tasks, and waited for; errors beat the cancel."""

import asyncio

from scenario import ScenarioError, outcome, run, show, trace


async def sleeper(delay, cleanup=0.0, number=0):
    try:
        await asyncio.sleep(delay)
        trace("slept")
    except asyncio.CancelledError:
        trace("interrupted")
        if cleanup:
            try:
                await asyncio.sleep(cleanup)
                trace("clean")
            except asyncio.CancelledError:
                trace("interrupted while cleaning up")
                raise
        if number:
            raise ScenarioError(number) from None
        raise


def owner(block_delay, *specifications):
    """A task with a group in it; its block sleeps first."""

    async def body():
        task = asyncio.current_task()
        try:
            async with asyncio.TaskGroup() as group:
                for number, arguments in enumerate(specifications):
                    group.create_task(sleeper(*arguments), name=f"t{number}")
                if block_delay:
                    await sleeper(block_delay)
            trace("the group ends well")
        except BaseException as error:
            trace(f"the group raises {show(error)}, cancelling {task.cancelling()}")
            if isinstance(error, BaseExceptionGroup):
                trace(f"a sleep: {await outcome(asyncio.sleep(1))}")
            raise

    return asyncio.create_task(body(), name="owner")


async def in_the_block():
    task = owner(5, (5,), (5, 0.5))
    await asyncio.sleep(1)
    task.cancel()
    trace(await outcome(task))


async def in_the_exit():
    task = owner(0, (5,), (5, 0.5))
    await asyncio.sleep(1)
    task.cancel()
    trace(await outcome(task))


async def twice_in_the_exit():
    task = owner(0, (5, 2))
    await asyncio.sleep(1)
    task.cancel()
    await asyncio.sleep(1)
    task.cancel()
    trace(await outcome(task))
    trace(f"cancelling {task.cancelling()}")


async def before_the_tasks_start():
    task = owner(0, (5,), (5,))
    await asyncio.sleep(0)
    task.cancel()
    trace(await outcome(task))


async def a_task_fails_while_cleaning_up():
    task = owner(0, (5, 0.5, 1), (5,))
    await asyncio.sleep(1)
    task.cancel()
    trace(await outcome(task))


async def cancelled_in_the_block_and_a_task_fails():
    task = owner(5, (5, 0.5, 2), (5,))
    await asyncio.sleep(1)
    task.cancel()
    trace(await outcome(task))


async def cancelled_after_a_child_failed():
    async def fails():
        await asyncio.sleep(1)
        raise ScenarioError(3)

    async def body():
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(sleeper(5, 2), name="slow")
                group.create_task(fails(), name="bad")
        except BaseException as error:
            cancelling = asyncio.current_task().cancelling()
            trace(f"the group raises {show(error)}, cancelling {cancelling}")
            trace(f"a sleep: {await outcome(asyncio.sleep(1))}")

    task = asyncio.create_task(body(), name="owner")
    await asyncio.sleep(2)
    task.cancel()
    trace(await outcome(task))


async def cancelled_by_its_own_child():
    tasks = []

    async def child():
        await asyncio.sleep(1)
        trace("cancels the owner")
        tasks[0].cancel()
        await asyncio.sleep(1)
        trace("never")

    async def body():
        async with asyncio.TaskGroup() as group:
            group.create_task(child(), name="child")

    tasks.append(asyncio.create_task(body(), name="owner"))
    trace(await outcome(tasks[0]))


async def with_a_request_from_before():
    async def body():
        task = asyncio.current_task()
        task.cancel()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(sleeper(5), name="t")
        except BaseException as error:
            trace(f"the group raises {show(error)}, cancelling {task.cancelling()}")
            raise

    trace(await outcome(asyncio.create_task(body(), name="owner")))


run(
    in_the_block,
    in_the_exit,
    twice_in_the_exit,
    before_the_tasks_start,
    a_task_fails_while_cleaning_up,
    cancelled_in_the_block_and_a_task_fails,
    cancelled_after_a_child_failed,
    cancelled_by_its_own_child,
    with_a_request_from_before,
)
