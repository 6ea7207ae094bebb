"""Timeouts that are due together with timers, sleeps and each other: the order is that of entry."""

import asyncio

from scenario import outcome, run, show, trace


async def limited(delay, sleep):
    try:
        async with asyncio.timeout(delay):
            await asyncio.sleep(sleep)
        trace("in time")
    except BaseException as error:
        trace(show(error))


def tell_later(delay, text):
    asyncio.get_running_loop().call_later(delay, trace, text)


async def a_timer_before_and_after():
    async def block():
        tell_later(1, "the first timer")
        async with asyncio.timeout(1):
            tell_later(1, "the second timer")
            await asyncio.sleep(3)

    trace(await outcome(block()))


async def entered_before_the_timer_of_a_sleep():
    async def block():
        async with asyncio.timeout(1):
            await asyncio.sleep(1)
            trace("the sleep ended")

    trace(await outcome(block()))


async def of_many_tasks():
    tasks = []
    for i, (delay, sleep) in enumerate(((2, 9), (1, 9), (2, 2), (1, 1), (1, 9))):
        tasks.append(asyncio.create_task(limited(delay, sleep), name=f"t{i}"))
        tell_later(1, f"timer {i}")
    await asyncio.wait(tasks)


async def entered_and_left_before():
    for delay in (1, 2, 1):
        async with asyncio.timeout(delay):
            pass
    tell_later(1, "the timer")
    for _ in range(3):
        async with asyncio.timeout(1):
            await asyncio.sleep(0)
    await limited(1, 5)


async def both_of_two_nested_ones():
    outer = asyncio.timeout(1)
    inner = asyncio.timeout(1)

    async def block():
        async with outer:
            tell_later(1, "between")
            async with inner:
                await asyncio.sleep(5)

    trace(await outcome(block()))
    trace(f"expired {int(outer.expired())} {int(inner.expired())}")


async def entered_while_yielding():
    async def yields(count, delay):
        async with asyncio.timeout(delay):
            for _ in range(count):
                await asyncio.sleep(0)
            await asyncio.sleep(1)
            trace("in time")

    tasks = [
        asyncio.create_task(yields(count, 1), name=f"t{count}") for count in (3, 1, 2)
    ]
    tell_later(1, "the timer")
    for task in tasks:
        trace(await outcome(task))


run(
    a_timer_before_and_after,
    entered_before_the_timer_of_a_sleep,
    of_many_tasks,
    entered_and_left_before,
    both_of_two_nested_ones,
    entered_while_yielding,
)
