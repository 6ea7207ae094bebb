# needs: 3.13
"""What structured blocks are built on: cancel requests that are counted and taken back."""

import asyncio

from scenario import outcome, run, show, trace


def me():
    return asyncio.current_task()


def counts():
    trace(f"cancelling {me().cancelling()}")


async def a_block_with_a_limit_of_its_own(limit, delay):
    """A timeout as a user would write it."""
    task = me()
    before = task.cancelling()
    handle = asyncio.get_running_loop().call_later(limit, task.cancel, "limit")
    is_late = False
    try:
        await asyncio.sleep(delay)
        trace("slept")
    except asyncio.CancelledError:
        if task.uncancel() > before:
            raise
        is_late = True
    finally:
        handle.cancel()
    return is_late


async def tells(limit, delay):
    trace(f"late {int(await a_block_with_a_limit_of_its_own(limit, delay))}")
    counts()


async def in_time():
    await tells(2, 1)


async def too_late():
    await tells(1, 2)
    await asyncio.sleep(0.5)
    trace("goes on")


async def cancelled_from_outside_too():
    task = asyncio.create_task(tells(1, 2), name="t")
    await asyncio.sleep(0)
    asyncio.get_running_loop().call_later(1, task.cancel)
    trace(await outcome(task))
    trace(f"cancelling {task.cancelling()}")


async def one_after_another():
    for delay in (0.5, 2, 0.5, 2):
        await tells(1, delay)


async def retries(count):
    for attempt in range(count):
        try:
            await asyncio.sleep(1)
        except asyncio.CancelledError as error:
            trace(f"swallows {show(error)}, {me().cancelling()} open")
    counts()
    return count


async def swallowed_and_not_taken_back():
    task = asyncio.create_task(retries(3), name="t")
    for _ in range(2):
        await asyncio.sleep(0.5)
        task.cancel()
    trace(await outcome(task))
    trace(f"cancelled {int(task.cancelled())}, cancelling {task.cancelling()}")


async def takes_back_too_often():
    trace(f"{me().uncancel()} {me().uncancel()}")
    me().cancel()
    trace(f"{me().uncancel()} {me().uncancel()}")
    await asyncio.sleep(0)
    counts()


async def a_timeout_after_a_swallowed_and_kept_one():
    async def body():
        try:
            await asyncio.sleep(5)
        except asyncio.CancelledError:
            trace("swallows")
        try:
            async with asyncio.timeout(1):
                await asyncio.sleep(5)
        except TimeoutError:
            trace("the timeout is its own")
        counts()

    task = asyncio.create_task(body(), name="t")
    await asyncio.sleep(0.5)
    task.cancel()
    trace(await outcome(task))


async def a_group_after_a_swallowed_and_kept_one():
    async def child():
        await asyncio.sleep(1)
        trace("ends")

    async def body():
        try:
            await asyncio.sleep(5)
        except asyncio.CancelledError:
            trace("swallows")
        async with asyncio.TaskGroup() as group:
            group.create_task(child(), name="child")
        counts()

    task = asyncio.create_task(body(), name="t")
    await asyncio.sleep(0.5)
    task.cancel()
    trace(await outcome(task))


run(
    in_time,
    too_late,
    cancelled_from_outside_too,
    one_after_another,
    swallowed_and_not_taken_back,
    takes_back_too_often,
    a_timeout_after_a_swallowed_and_kept_one,
    a_group_after_a_swallowed_and_kept_one,
)
