# needs: 3.13
"""Groups that begin where an error or a cancel is being handled."""

import asyncio

from scenario import ScenarioError, outcome, run, show, trace


async def child(delay, number=0):
    await asyncio.sleep(delay)
    trace("ends")
    if number:
        raise ScenarioError(number)


async def two_children(number):
    async with asyncio.TaskGroup() as group:
        group.create_task(child(1), name="a")
        group.create_task(child(2, number), name="b")


async def while_an_error_is_handled():
    try:
        raise ScenarioError(1)
    except ScenarioError:
        await two_children(0)
    trace("went on")


async def a_failing_one_while_an_error_is_handled():
    try:
        try:
            raise ScenarioError(1)
        except ScenarioError:
            await two_children(2)
    except BaseExceptionGroup as error:
        trace(show(error))


async def cleans_up(number):
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        trace("interrupted")
        await two_children(number)
        raise


async def cancel_after(delays, coroutine):
    task = asyncio.create_task(coroutine, name="t")
    for delay in delays:
        await asyncio.sleep(delay)
        trace("cancels")
        task.cancel()
    trace(await outcome(task))
    trace(f"cancelled {int(task.cancelled())}, cancelling {task.cancelling()}")


async def while_a_cancel_is_handled():
    await cancel_after([1], cleans_up(0))


async def a_failing_one_while_a_cancel_is_handled():
    await cancel_after([1], cleans_up(3))


async def cancelled_again_in_the_cleanup():
    await cancel_after([1, 1.5], cleans_up(0))


async def in_the_end_of_a_group():
    async def outer_child():
        try:
            await asyncio.sleep(10)
        finally:
            trace("cleans up")
            await two_children(0)

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(outer_child(), name="outer")
            group.create_task(child(1, 4), name="bad")
    except BaseExceptionGroup as error:
        trace(show(error))


async def one_failed_group_after_another():
    for number in (5, 6):
        try:
            await two_children(number)
        except BaseExceptionGroup as error:
            trace(show(error))
    trace(f"cancelling {asyncio.current_task().cancelling()}")


run(
    while_an_error_is_handled,
    a_failing_one_while_an_error_is_handled,
    while_a_cancel_is_handled,
    a_failing_one_while_a_cancel_is_handled,
    cancelled_again_in_the_cleanup,
    in_the_end_of_a_group,
    one_failed_group_after_another,
)
