# needs: 3.13
"""Groups inside timeouts and timeouts inside groups."""

import asyncio

from scenario import ScenarioError, outcome, run, show, trace


async def sleeper(delay, cleanup=0.0, number=0):
    try:
        await asyncio.sleep(delay)
        trace("slept")
    except asyncio.CancelledError:
        trace("interrupted")
        if cleanup:
            await asyncio.sleep(cleanup)
            trace("clean")
        if number:
            raise ScenarioError(number) from None
        raise


def cancelling():
    return asyncio.current_task().cancelling()


async def a_timeout_around_a_group():
    async def block():
        async with asyncio.timeout(1):
            async with asyncio.TaskGroup() as group:
                group.create_task(sleeper(5), name="t0")
                group.create_task(sleeper(5, 2), name="t1")

    trace(await outcome(block()))
    trace(f"cancelling {cancelling()}")


async def a_timeout_around_a_group_whose_block_sleeps():
    async def block():
        async with asyncio.timeout(1):
            async with asyncio.TaskGroup() as group:
                group.create_task(sleeper(5), name="t")
                await asyncio.sleep(3)

    trace(await outcome(block()))


async def a_timeout_inside_the_block():
    async def block():
        async with asyncio.TaskGroup() as group:
            group.create_task(sleeper(2), name="t")
            try:
                async with asyncio.timeout(1):
                    await asyncio.sleep(5)
            except TimeoutError:
                trace("timed out, handled")
        trace("the group ends well")

    trace(await outcome(block()))


async def a_timeout_inside_a_child():
    async def limited():
        async with asyncio.timeout(1):
            await asyncio.sleep(5)

    async def block():
        async with asyncio.TaskGroup() as group:
            group.create_task(limited(), name="limited")
            group.create_task(sleeper(5), name="t")

    trace(await outcome(block()))


async def a_child_fails_as_the_time_is_up():
    async def fails():
        await asyncio.sleep(1)
        raise ScenarioError(1)

    async def block():
        async with asyncio.timeout(1):
            async with asyncio.TaskGroup() as group:
                group.create_task(fails(), name="bad")
                group.create_task(sleeper(5), name="t")

    trace(await outcome(block()))
    trace(f"cancelling {cancelling()}")


async def a_child_fails_while_the_timeout_waits():
    async def block():
        async with asyncio.timeout(1):
            async with asyncio.TaskGroup() as group:
                group.create_task(sleeper(5, 1, 2), name="t")

    trace(await outcome(block()))
    trace(f"cancelling {cancelling()}")
    trace(f"a sleep: {await outcome(asyncio.sleep(1))}")


async def time_is_up_while_a_failure_is_cleaned_up():
    async def fails():
        await asyncio.sleep(0.5)
        raise ScenarioError(3)

    async def block():
        async with asyncio.timeout(1) as limit:
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(sleeper(5, 2), name="slow")
                    group.create_task(fails(), name="bad")
            finally:
                trace(f"expired {int(limit.expired())}, cancelling {cancelling()}")

    trace(await outcome(block()))
    trace(f"cancelling {cancelling()}")


async def wait_for_on_a_group():
    async def grouped():
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(sleeper(5), name="t")
        except BaseException as error:
            trace(f"the group raises {show(error)}")
            raise

    trace(await outcome(asyncio.wait_for(grouped(), 1)))


run(
    a_timeout_around_a_group,
    a_timeout_around_a_group_whose_block_sleeps,
    a_timeout_inside_the_block,
    a_timeout_inside_a_child,
    a_child_fails_as_the_time_is_up,
    a_child_fails_while_the_timeout_waits,
    time_is_up_while_a_failure_is_cleaned_up,
    wait_for_on_a_group,
)
