# needs: 3.13
"""A task that is cancelled leaves the barrier, and the others wait on."""

import asyncio

from barrier_scenario import crowd, end, party, state, steps
from scenario import outcome, run, trace


async def while_it_fills():
    barrier = asyncio.Barrier(3)
    tasks = crowd(barrier, 2)
    await steps(2)
    tasks[1].cancel()
    trace(state(barrier))
    tasks += crowd(barrier, 3, "new")
    await end(barrier, tasks)


async def with_nobody_in_it():
    barrier = asyncio.Barrier(2)
    trace('nobody')
    trace(state(barrier))
    tasks = crowd(barrier, 2)
    await end(barrier, tasks)


async def after_every_step():
    for count in range(10):
        trace(f"cancel after {count}")
        barrier = asyncio.Barrier(3)
        tasks = crowd(barrier, 5)
        await steps(count)
        tasks[1].cancel()
        trace(state(barrier))
        await end(barrier, tasks)


async def with_newcomers_after_every_step():
    for count in range(8):
        trace(f"cancel and newcomers after {count}")
        barrier = asyncio.Barrier(2)
        tasks = crowd(barrier, 3)
        await steps(count)
        tasks += crowd(barrier, 2, "new")
        await steps(1)
        tasks[1].cancel()
        tasks += crowd(barrier, 2, "later")
        await end(barrier, tasks)


async def all_but_one():
    barrier = asyncio.Barrier(3)
    tasks = crowd(barrier, 2)
    await steps(1)
    for task in tasks:
        task.cancel()
    tasks += crowd(barrier, 1, "stays")
    await asyncio.sleep(1)
    trace(state(barrier))
    tasks += crowd(barrier, 2, "new")
    await end(barrier, tasks)


async def timed_out():
    barrier = asyncio.Barrier(2)
    trace(await outcome(asyncio.wait_for(party(barrier), 1)))
    tasks = crowd(barrier, 1)
    trace(await outcome(asyncio.wait_for(party(barrier), 1)))
    await end(barrier, tasks)


run(
    while_it_fills,
    with_nobody_in_it,
    after_every_step,
    with_newcomers_after_every_step,
    all_but_one,
    timed_out,
)
