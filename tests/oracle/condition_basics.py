# needs: 3.13
"""Conditions: who is notified, and when it goes on."""

import asyncio

from scenario import attempt, outcome, run, show, trace


async def waiter(condition):
    async with condition:
        trace("waits")
        try:
            await condition.wait()
        except BaseException as error:
            trace(f"{show(error)}, locked {int(condition.locked())}")
            raise
        trace(f"woken, locked {int(condition.locked())}")


async def crowd(condition, count):
    tasks = [asyncio.create_task(waiter(condition), name=f"w{i}") for i in range(count)]
    await asyncio.sleep(0)
    return tasks


async def end(condition, tasks):
    for task in tasks:
        trace(await outcome(task))
    trace(f"locked {int(condition.locked())}")


async def notify(condition, count):
    async with condition:
        condition.notify(count)
        trace(f"notified {count}")


async def one_after_another():
    condition = asyncio.Condition()
    tasks = await crowd(condition, 3)
    for count in (1, 0, 1, 5):
        await notify(condition, count)
        await asyncio.sleep(1)
    await end(condition, tasks)


async def several_at_once():
    condition = asyncio.Condition()
    tasks = await crowd(condition, 4)
    await notify(condition, 2)
    await asyncio.sleep(1)
    await notify(condition, 2)
    await end(condition, tasks)


async def all_at_once():
    condition = asyncio.Condition()
    tasks = await crowd(condition, 4)
    async with condition:
        condition.notify_all()
        trace("still has the lock")
        await asyncio.sleep(1)
        trace("and lets it go")
    await end(condition, tasks)


async def notified_twice_before_they_run():
    condition = asyncio.Condition()
    tasks = await crowd(condition, 3)
    async with condition:
        condition.notify()
        condition.notify()
        await asyncio.sleep(1)
    await asyncio.sleep(1)
    await notify(condition, 1)
    await end(condition, tasks)


async def nobody_to_notify():
    condition = asyncio.Condition()
    await notify(condition, 3)
    async with condition:
        condition.notify_all()
    tasks = await crowd(condition, 1)
    await asyncio.sleep(1)
    await notify(condition, 1)
    await end(condition, tasks)


async def without_the_lock():
    condition = asyncio.Condition()
    trace(await outcome(condition.wait()))
    trace(attempt(condition.notify, 1))
    trace(attempt(condition.notify_all))
    trace(attempt(condition.release))
    await condition.acquire()
    trace(attempt(condition.notify, 1))
    trace(attempt(condition.release))
    trace(attempt(condition.notify_all))


async def two_conditions_on_one_lock():
    lock = asyncio.Lock()
    first, second = asyncio.Condition(lock), asyncio.Condition(lock)
    tasks = await crowd(first, 2) + await crowd(second, 2)
    await lock.acquire()
    trace(f"locked {int(first.locked())} {int(second.locked())}")
    first.notify_all()
    lock.release()
    await asyncio.sleep(1)
    async with second:
        trace(attempt(first.notify_all))
        trace(attempt(second.notify_all))
    await end(first, tasks)


async def newcomers_before_the_woken():
    condition = asyncio.Condition()
    tasks = await crowd(condition, 2)
    async with condition:
        condition.notify(1)
        late = asyncio.create_task(waiter(condition), name="late")
        await asyncio.sleep(0)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await notify(condition, 2)
    await end(condition, tasks + [late])


async def again_and_again(condition):
    async with condition:
        for turn in range(3):
            await condition.wait()
            trace(f"turn {turn}")


async def who_waits_again_comes_last():
    condition = asyncio.Condition()
    tasks = [asyncio.create_task(again_and_again(condition), name=f"a{i}") for i in range(3)]
    await asyncio.sleep(0)
    for _ in range(9):
        await notify(condition, 1)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    await end(condition, tasks)


run(
    one_after_another,
    several_at_once,
    all_at_once,
    notified_twice_before_they_run,
    nobody_to_notify,
    without_the_lock,
    two_conditions_on_one_lock,
    newcomers_before_the_woken,
    who_waits_again_comes_last,
)
