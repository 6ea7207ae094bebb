# needs: 3.13
"""Conditions under limits: whoever is timed out has the lock again before it goes on."""

import asyncio

from scenario import outcome, run, trace


async def limited(condition, limit):
    async with condition:
        try:
            async with asyncio.timeout(limit):
                await condition.wait()
            trace("notified")
        except TimeoutError:
            trace(f"too late, locked {int(condition.locked())}")


def start(condition, *limits):
    return [
        asyncio.create_task(limited(condition, limit), name=f"w{i}")
        for i, limit in enumerate(limits)
    ]


async def notify(condition, count):
    async with condition:
        condition.notify(count)
        trace(f"notifies {count}")


async def finish(condition, tasks):
    for task in tasks:
        trace(await outcome(task))
    trace(f"locked {int(condition.locked())}")


async def nobody_notifies():
    condition = asyncio.Condition()
    await finish(condition, start(condition, 1, 2))


async def the_lock_is_held_when_the_time_is_up():
    condition = asyncio.Condition()
    tasks = start(condition, 1)
    await asyncio.sleep(0.5)
    async with condition:
        await asyncio.sleep(1)
        trace("lets go")
    await finish(condition, tasks)


async def who_is_timed_out_takes_no_notification():
    condition = asyncio.Condition()
    tasks = start(condition, 1, 5)
    await asyncio.sleep(2)
    await notify(condition, 1)
    await finish(condition, tasks)


async def notified_as_the_time_is_up():
    condition = asyncio.Condition()
    tasks = start(condition, 1, 5)
    await asyncio.sleep(1)
    await notify(condition, 1)
    await asyncio.sleep(1)
    await notify(condition, 1)
    await finish(condition, tasks)


async def notified_while_the_lock_is_held_until_too_late():
    condition = asyncio.Condition()
    tasks = start(condition, 1, 5)
    await asyncio.sleep(0.5)
    async with condition:
        condition.notify()
        trace("notifies and keeps the lock")
        await asyncio.sleep(1)
        trace("lets go")
    await asyncio.sleep(1)
    await notify(condition, 1)
    await finish(condition, tasks)


async def a_limit_around_wait_for():
    condition = asyncio.Condition()
    values = []

    async def waits():
        async with condition:
            await condition.wait_for(lambda: len(values) >= 2)
            trace(f"{len(values)} values")

    async def adds():
        for value in range(2):
            await asyncio.sleep(0.75)
            async with condition:
                values.append(value)
                condition.notify_all()

    adder = asyncio.create_task(adds(), name="adder")
    trace(f"came to {await outcome(asyncio.wait_for(waits(), 1))}")
    trace(f"came to {await outcome(asyncio.wait_for(waits(), 1))}")
    await adder


run(
    nobody_notifies,
    the_lock_is_held_when_the_time_is_up,
    who_is_timed_out_takes_no_notification,
    notified_as_the_time_is_up,
    notified_while_the_lock_is_held_until_too_late,
    a_limit_around_wait_for,
)
