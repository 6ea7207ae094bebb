"""Events that are set, cleared and waited for in one iteration, under limits and cancels."""

import asyncio

from scenario import outcome, run, show, trace


async def waiter(event, limit):
    try:
        async with asyncio.timeout(limit):
            await event.wait()
        trace(f"woke, set {int(event.is_set())}")
    except BaseException as error:
        trace(show(error))


def start(event, *limits):
    return [
        asyncio.create_task(waiter(event, limit), name=f"w{i}") for i, limit in enumerate(limits)
    ]


async def finish(tasks):
    for task in tasks:
        await outcome(task)


async def set_and_cleared_at_once():
    event = asyncio.Event()
    tasks = start(event, 5, 5)
    await asyncio.sleep(0)
    event.set()
    event.clear()
    tasks += start(event, 1)
    await finish(tasks)


async def set_as_the_time_is_up():
    event = asyncio.Event()
    tasks = start(event, 1, 2)
    await asyncio.sleep(0)
    asyncio.get_running_loop().call_later(1, event.set)
    await finish(tasks)


async def set_just_before_the_time_is_up():
    event = asyncio.Event()
    asyncio.get_running_loop().call_later(1, event.set)
    await finish(start(event, 1, 2))


async def set_and_cancelled():
    event = asyncio.Event()
    tasks = start(event, 5, 5)
    await asyncio.sleep(0)
    event.set()
    tasks[0].cancel()
    await finish(tasks)


async def cancelled_and_set():
    event = asyncio.Event()
    tasks = start(event, 5, 5)
    await asyncio.sleep(0)
    tasks[0].cancel()
    event.set()
    await finish(tasks)


async def a_pulse_for_each_round():
    event = asyncio.Event()

    async def rounds():
        for number in range(3):
            await event.wait()
            trace(f"round {number}")
            await asyncio.sleep(0.1)

    tasks = [asyncio.create_task(rounds(), name=name) for name in "ab"]
    for _ in range(3):
        await asyncio.sleep(1)
        event.set()
        event.clear()
    await finish(tasks)


async def a_limit_of_zero():
    event = asyncio.Event()
    await waiter(event, 0)
    event.set()
    await waiter(event, 0)


run(
    set_and_cleared_at_once,
    set_as_the_time_is_up,
    set_just_before_the_time_is_up,
    set_and_cancelled,
    cancelled_and_set,
    a_pulse_for_each_round,
    a_limit_of_zero,
)
