# needs: 3.13
"""The count of cancel requests across groups: what the parent had before, and what it has after."""

import asyncio

from scenario import ScenarioError, outcome, run, show, trace


def cancelling():
    return asyncio.current_task().cancelling()


async def fails(delay, number):
    await asyncio.sleep(delay)
    raise ScenarioError(number)


async def fails_when_cancelled(number):
    try:
        await asyncio.sleep(9)
    finally:
        raise ScenarioError(number)


async def a_level_from_before_is_kept():
    async def body(fail):
        asyncio.current_task().cancel()
        try:
            await asyncio.sleep(9)
        except asyncio.CancelledError:
            trace(f"swallows it, cancelling {cancelling()}")
        try:
            async with asyncio.TaskGroup() as group:
                if fail:
                    group.create_task(fails(1, 1), name="bad")
                await asyncio.sleep(2)
        except BaseException as error:
            trace(show(error))
        return cancelling()

    for fail in (False, True):
        trace(await outcome(asyncio.create_task(body(fail), name="t")))


async def an_error_and_a_cancel_in_one_iteration():
    async def body():
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(fails(1, 1), name="bad")
                await asyncio.sleep(9)
        except BaseException as error:
            trace(f"{show(error)}, cancelling {cancelling()}")
        trace(f"a sleep: {await outcome(asyncio.sleep(1))}")
        return cancelling()

    for first in (True, False):
        loop = asyncio.get_running_loop()
        if first:
            task = asyncio.create_task(body(), name="t")
            loop.call_later(1, task.cancel)
        else:
            holder = []
            loop.call_later(1, lambda: holder[0].cancel())
            task = asyncio.create_task(body(), name="t")
            holder.append(task)
        trace(await outcome(task))


async def nested_groups_and_one_cancel():
    async def body():
        try:
            async with asyncio.TaskGroup() as outer:
                outer.create_task(fails_when_cancelled(1), name="outer-bad")
                try:
                    async with asyncio.TaskGroup() as inner:
                        inner.create_task(fails_when_cancelled(2), name="inner-bad")
                except BaseException as error:
                    trace(f"the inner one: {show(error)}, cancelling {cancelling()}")
                    raise
        except BaseException as error:
            trace(f"the outer one: {show(error)}, cancelling {cancelling()}")
        trace(f"a sleep: {await outcome(asyncio.sleep(1))}")
        return cancelling()

    task = asyncio.create_task(body(), name="t")
    await asyncio.sleep(1)
    task.cancel()
    trace(await outcome(task))


async def uncancelled_in_the_block():
    async def body():
        async with asyncio.TaskGroup() as group:
            group.create_task(fails(1, 1), name="bad")
            try:
                await asyncio.sleep(9)
            except asyncio.CancelledError:
                trace(f"uncancel: {asyncio.current_task().uncancel()}")
            trace(f"a sleep: {await outcome(asyncio.sleep(1))}")

    trace(await outcome(asyncio.create_task(body(), name="t")))


run(
    a_level_from_before_is_kept,
    an_error_and_a_cancel_in_one_iteration,
    nested_groups_and_one_cancel,
    uncancelled_in_the_block,
)
