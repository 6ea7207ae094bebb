# needs: 3.13
"""Timeouts in the cleanup of a cancel, and cancels in the cleanup of a timeout."""

import asyncio

from scenario import ScenarioError, outcome, run, show, trace


def cancelling():
    return asyncio.current_task().cancelling()


async def cleans_up(limit, delay):
    try:
        await asyncio.sleep(9)
    finally:
        try:
            async with asyncio.timeout(limit):
                await asyncio.sleep(delay)
        except TimeoutError:
            trace(f"the cleanup took too long, cancelling {cancelling()}")
        else:
            trace(f"cleaned up, cancelling {cancelling()}")


async def cancelled_from_outside():
    for limit, delay in ((2, 1), (1, 2)):
        task = asyncio.create_task(cleans_up(limit, delay), name="t")
        await asyncio.sleep(1)
        task.cancel()
        trace(await outcome(task))


async def by_a_timeout_around():
    async def block(limit, delay):
        async with asyncio.timeout(1):
            await cleans_up(limit, delay)

    for limit, delay in ((2, 1), (1, 2)):
        trace(await outcome(block(limit, delay)))
        trace(f"cancelling {cancelling()}")


async def a_timeout_after_a_swallowed_cancel():
    async def body():
        try:
            await asyncio.sleep(9)
        except asyncio.CancelledError:
            trace(f"swallows it, cancelling {cancelling()}")
        try:
            async with asyncio.timeout(1):
                await asyncio.sleep(9)
        except BaseException as error:
            trace(f"{show(error)}, cancelling {cancelling()}")
        return cancelling()

    task = asyncio.create_task(body(), name="t")
    await asyncio.sleep(1)
    task.cancel()
    trace(await outcome(task))


async def a_cancel_inside_after_a_swallowed_one():
    async def body():
        try:
            await asyncio.sleep(9)
        except asyncio.CancelledError:
            trace("swallows it")
        try:
            async with asyncio.timeout(1):
                asyncio.current_task().cancel()
                await asyncio.sleep(9)
        except BaseException as error:
            trace(f"{show(error)}, cancelling {cancelling()}")
            raise

    task = asyncio.create_task(body(), name="t")
    await asyncio.sleep(1)
    task.cancel()
    trace(await outcome(task))


async def an_error_replaces_the_cancel():
    async def block(swallow):
        async with asyncio.timeout(1):
            try:
                await asyncio.sleep(9)
            except asyncio.CancelledError:
                if not swallow:
                    raise ScenarioError(3) from None
        trace("left")

    trace(await outcome(block(False)))
    trace(await outcome(block(True)))
    trace(f"cancelling {cancelling()}")
    trace(f"a sleep: {await outcome(asyncio.sleep(1))}")


async def uncancelled_inside():
    async def block():
        async with asyncio.timeout(1):
            try:
                await asyncio.sleep(9)
            except asyncio.CancelledError:
                trace(f"uncancel: {asyncio.current_task().uncancel()}")
                raise

    trace(await outcome(block()))
    trace(f"cancelling {cancelling()}")


run(
    cancelled_from_outside,
    by_a_timeout_around,
    a_timeout_after_a_swallowed_cancel,
    a_cancel_inside_after_a_swallowed_one,
    an_error_replaces_the_cancel,
    uncancelled_inside,
)
