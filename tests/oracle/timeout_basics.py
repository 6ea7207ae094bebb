"""A timeout cancels the block and turns the cancel into TimeoutError as the block is left."""

import asyncio

from scenario import ScenarioError, outcome, run, show, trace


def cancelling():
    return asyncio.current_task().cancelling()


async def sleeper(delay):
    try:
        await asyncio.sleep(delay)
        trace("slept")
    except BaseException as error:
        trace(f"interrupted: {show(error)}, cancelling {cancelling()}")
        raise


async def in_time():
    async with asyncio.timeout(2) as limit:
        await sleeper(1)
    trace(f"expired {int(limit.expired())}, cancelling {cancelling()}")
    await sleeper(5)


async def too_late():
    limit = asyncio.timeout(1)

    async def block():
        async with limit:
            await sleeper(2)

    trace(await outcome(block()))
    trace(f"expired {int(limit.expired())}, cancelling {cancelling()}")
    await sleeper(1)


async def without_a_limit():
    async with asyncio.timeout(None) as limit:
        await sleeper(1000)
    trace(f"expired {int(limit.expired())}, none {int(limit.when() is None)}")


async def an_error_in_the_block():
    async def block():
        async with asyncio.timeout(2):
            await sleeper(1)
            raise ScenarioError(1)

    trace(await outcome(block()))
    await sleeper(5)


async def an_error_while_expiring():
    limit = asyncio.timeout(1)

    async def block():
        async with limit:
            try:
                await asyncio.sleep(2)
            except asyncio.CancelledError:
                raise ScenarioError(2) from None

    trace(await outcome(block()))
    trace(f"expired {int(limit.expired())}, cancelling {cancelling()}")


async def a_block_that_swallows_it():
    async with asyncio.timeout(1) as limit:
        try:
            await asyncio.sleep(2)
        except asyncio.CancelledError:
            trace("swallows it")
        await sleeper(1)
    trace(f"left without an error, expired {int(limit.expired())}, cancelling {cancelling()}")


async def expired_without_a_suspension():
    async with asyncio.timeout(0.5) as limit:
        try:
            await asyncio.sleep(1)
        except asyncio.CancelledError:
            trace(f"expired {int(limit.expired())} inside")
    trace(f"expired {int(limit.expired())} outside")


async def in_a_loop():
    for turn in range(4):
        async def block():
            async with asyncio.timeout(1):
                await asyncio.sleep(0.7 + turn * 0.2)

        trace(f"turn {turn}: {await outcome(block())}")
    trace(f"cancelling {cancelling()}")


async def around_a_task():
    task = asyncio.create_task(sleeper(3), name="t")

    async def block():
        async with asyncio.timeout(1):
            await task

    trace(await outcome(block()))
    trace(f"the task is cancelled {int(task.cancelled())}, cancelling {task.cancelling()}")


run(
    in_time,
    too_late,
    without_a_limit,
    an_error_in_the_block,
    an_error_while_expiring,
    a_block_that_swallows_it,
    expired_without_a_suspension,
    in_a_loop,
    around_a_task,
)
