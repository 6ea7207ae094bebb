"""Sleeps end by time, then in the order in which they began; sleep(0) takes one iteration."""

import asyncio

from scenario import run, trace


async def sleeper(*delays):
    for delay in delays:
        await asyncio.sleep(delay)
        trace(f"slept {round(delay * 1000)}")


def start(*schedules):
    return [
        asyncio.create_task(sleeper(*delays), name=f"s{number}")
        for number, delays in enumerate(schedules)
    ]


async def finish(tasks):
    for task in tasks:
        await task
    trace("all done")


async def by_time():
    await finish(start([0.3], [0.1], [0.2], [0.1]))


async def equal_sleeps_stay_together():
    await finish(start([1, 1], [1, 1], [1, 1]))


async def sums_meet():
    await finish(start([0.1, 0.2, 0.3], [0.3, 0.3], [0.6], [0.2, 0.4]))


async def zero_goes_round():
    await finish(start([0, 0, 0], [0, 0], [0, 0, 0, 0]))


async def negative_is_zero():
    await finish(start([-1, -0.5], [0, 0], [-100, 0]))


async def zero_between_sleeps():
    await finish(start([0.1, 0, 0.1], [0.1, 0.1], [0, 0.2], [0.2]))


async def tiny():
    await finish(start([0.000001] * 3, [0.000002], [0.000001, 0.000001]))


async def many():
    await finish(start(*[[number * 37 % 11 / 10] for number in range(30)]))


run(
    by_time,
    equal_sleeps_stay_together,
    sums_meet,
    zero_goes_round,
    negative_is_zero,
    zero_between_sleeps,
    tiny,
    many,
)
