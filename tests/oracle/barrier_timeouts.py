# needs: 3.13
"""Barriers under limits: a party that gives up leaves a place that another must fill."""

import asyncio

from scenario import outcome, run, show, trace


async def party(barrier, limit, delay=0.0):
    await asyncio.sleep(delay)
    try:
        async with asyncio.timeout(limit):
            index = await barrier.wait()
        trace(f"passes as {index}")
    except BaseException as error:
        trace(show(error))


def start(barrier, *times):
    return [asyncio.create_task(party(barrier, *one), name=f"p{i}") for i, one in enumerate(times)]


async def finish(barrier, tasks):
    for task in tasks:
        await outcome(task)
    trace(f"waiting {barrier.n_waiting}, broken {int(barrier.broken)}")


async def too_few():
    barrier = asyncio.Barrier(3)
    await finish(barrier, start(barrier, (1,), (2,)))


async def one_gives_up_and_another_comes():
    barrier = asyncio.Barrier(2)
    await finish(barrier, start(barrier, (1,), (5, 2), (5, 3)))


async def the_last_comes_as_the_time_is_up():
    barrier = asyncio.Barrier(2)
    await finish(barrier, start(barrier, (1,), (5, 1), (5, 2)))


async def aborted_by_who_gives_up():
    barrier = asyncio.Barrier(3)

    async def aborts():
        try:
            await asyncio.wait_for(barrier.wait(), 1)
        except TimeoutError:
            trace("aborts")
            await barrier.abort()

    tasks = start(barrier, (5,))
    tasks.append(asyncio.create_task(aborts(), name="a"))
    tasks.append(asyncio.create_task(party(barrier, 5, 2), name="late"))
    await finish(barrier, tasks)


async def reset_as_the_time_is_up():
    barrier = asyncio.Barrier(3)
    tasks = start(barrier, (1,), (5,))
    await asyncio.sleep(1)
    await barrier.reset()
    await finish(barrier, tasks)


run(
    too_few,
    one_gives_up_and_another_comes,
    the_last_comes_as_the_time_is_up,
    aborted_by_who_gives_up,
    reset_as_the_time_is_up,
)
