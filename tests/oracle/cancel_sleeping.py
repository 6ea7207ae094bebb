"""Cancelling a task that waits: the error arrives one iteration later, and cleanup may suspend."""

import asyncio

from scenario import ScenarioError, outcome, run, show, trace


def state(task):
    done, cancelled = int(task.done()), int(task.cancelled())
    return f"done {done}, cancelled {cancelled}, cancelling {task.cancelling()}"


async def sleeper():
    try:
        trace("sleeps")
        await asyncio.sleep(10)
    except asyncio.CancelledError as error:
        trace(f"interrupted: {show(error)}")
        raise


async def delivered_in_the_next_iteration():
    task = asyncio.create_task(sleeper(), name="t")
    await asyncio.sleep(1)
    trace(f"cancel {int(task.cancel())}: {state(task)}")
    await asyncio.sleep(0)
    trace(state(task))
    trace(await outcome(task))


async def in_the_order_of_the_cancels():
    tasks = [asyncio.create_task(sleeper(), name=f"t{number}") for number in range(3)]
    await asyncio.sleep(1)
    for number in (2, 0, 1):
        tasks[number].cancel()
    for task in tasks:
        trace(await outcome(task))


async def cleanup_suspends():
    async def careful():
        try:
            await asyncio.sleep(10)
        finally:
            trace("cleans up")
            await asyncio.sleep(2)
            trace("clean")

    task = asyncio.create_task(careful(), name="t")
    await asyncio.sleep(1)
    task.cancel()
    trace(await outcome(task))
    trace(state(task))


async def cleanup_fails():
    async def careless():
        try:
            await asyncio.sleep(10)
        finally:
            trace("fails while cleaning up")
            raise ScenarioError(1)

    task = asyncio.create_task(careless(), name="t")
    await asyncio.sleep(1)
    task.cancel()
    trace(await outcome(task))
    trace(state(task))


async def in_a_zero_sleep():
    async def yielder():
        for turn in range(3):
            try:
                trace(f"turn {turn}")
                await asyncio.sleep(0)
            except asyncio.CancelledError:
                trace("interrupted")
                raise

    task = asyncio.create_task(yielder(), name="t")
    await asyncio.sleep(0)
    task.cancel()
    trace(state(task))
    trace(await outcome(task))


async def several_levels_down():
    async def level(depth):
        try:
            if depth == 0:
                await asyncio.sleep(10)
            else:
                await level(depth - 1)
        finally:
            trace(f"leaves level {depth}")

    task = asyncio.create_task(level(3), name="t")
    await asyncio.sleep(1)
    task.cancel()
    trace(await outcome(task))


async def its_timer_is_gone():
    task = asyncio.create_task(sleeper(), name="t")
    await asyncio.sleep(1)
    task.cancel()
    await outcome(task)
    await asyncio.sleep(20)
    trace("nothing came of the timer")


run(
    delivered_in_the_next_iteration,
    in_the_order_of_the_cancels,
    cleanup_suspends,
    cleanup_fails,
    in_a_zero_sleep,
    several_levels_down,
    its_timer_is_gone,
)
