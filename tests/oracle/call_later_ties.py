"""Timers run by deadline, then by insertion; those that are due together run in one iteration."""

import asyncio

from scenario import run, trace


async def by_deadline():
    loop = asyncio.get_running_loop()
    for label, delay in (("c", 0.3), ("a", 0.1), ("d", 0.4), ("b", 0.2)):
        loop.call_later(delay, trace, label)
    await asyncio.sleep(1)
    trace("done")


async def ties_by_insertion():
    loop = asyncio.get_running_loop()
    for number in range(6):
        loop.call_later(0.5, trace, f"tie {number}")
    await asyncio.sleep(0.5)
    trace("the sleep was set last")


async def same_time_by_different_sums():
    loop = asyncio.get_running_loop()
    loop.call_later(0.3, trace, "set at 0 for 300")
    await asyncio.sleep(0.1)
    loop.call_later(0.2, trace, "set at 100 for 300")
    await asyncio.sleep(0.1)
    loop.call_later(0.1, trace, "set at 200 for 300")
    loop.call_at(loop.time() + 0.1, trace, "set at 200 by call_at")
    await asyncio.sleep(0.1)
    trace("slept to 300")


async def a_tie_schedules_behind_its_batch():
    loop = asyncio.get_running_loop()

    def first():
        trace("first")
        loop.call_soon(trace, "soon from first")
        loop.call_later(0, trace, "later 0 from first")

    loop.call_later(0.5, first)
    loop.call_later(0.5, trace, "second")
    loop.call_later(0.5, trace, "third")
    await asyncio.sleep(1)
    trace("done")


async def many_mixed():
    loop = asyncio.get_running_loop()
    for number in range(40):
        loop.call_later((number * 7 % 10) / 10, trace, f"timer {number}")
    await asyncio.sleep(1)
    trace("done")


async def distant():
    loop = asyncio.get_running_loop()
    loop.call_later(200_000, trace, "days later")
    loop.call_later(86_400, trace, "a day later")
    loop.call_later(0.001, trace, "a millisecond later")
    await asyncio.sleep(300_000)
    trace("done")


run(
    by_deadline,
    ties_by_insertion,
    same_time_by_different_sums,
    a_tie_schedules_behind_its_batch,
    many_mixed,
    distant,
)
