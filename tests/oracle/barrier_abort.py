# needs: 3.13
"""An abort throws everybody out, for good, until a reset."""

import asyncio

from barrier_scenario import crowd, end, state, steps
from scenario import run, trace


async def while_it_fills():
    barrier = asyncio.Barrier(3)
    tasks = crowd(barrier, 2)
    await steps(2)
    await barrier.abort()
    trace(state(barrier))
    tasks += crowd(barrier, 3, "new")
    await end(barrier, tasks)


async def with_nobody_in_it():
    barrier = asyncio.Barrier(2)
    await barrier.abort()
    trace(state(barrier))
    tasks = crowd(barrier, 2)
    await end(barrier, tasks)


async def after_every_step():
    for count in range(10):
        trace(f"abort after {count}")
        barrier = asyncio.Barrier(3)
        tasks = crowd(barrier, 5)
        await steps(count)
        await barrier.abort()
        trace(state(barrier))
        await end(barrier, tasks)


async def with_newcomers_after_every_step():
    for count in range(8):
        trace(f"abort and newcomers after {count}")
        barrier = asyncio.Barrier(2)
        tasks = crowd(barrier, 3)
        await steps(count)
        tasks += crowd(barrier, 2, "new")
        await steps(1)
        await barrier.abort()
        tasks += crowd(barrier, 2, "later")
        await end(barrier, tasks)


async def reset_after_every_step():
    for count in range(8):
        trace(f"abort, reset after {count}")
        barrier = asyncio.Barrier(3)
        tasks = crowd(barrier, 2)
        await steps(1)
        await barrier.abort()
        tasks += crowd(barrier, 1, "late")
        await steps(count)
        await barrier.reset()
        trace(state(barrier))
        tasks += crowd(barrier, 3, "new")
        await end(barrier, tasks)


async def twice():
    barrier = asyncio.Barrier(2)
    await barrier.abort()
    await barrier.abort()
    tasks = crowd(barrier, 3)
    await end(barrier, tasks)
    await barrier.reset()
    await barrier.reset()
    await end(barrier, crowd(barrier, 2))


run(
    while_it_fills,
    with_nobody_in_it,
    after_every_step,
    with_newcomers_after_every_step,
    reset_after_every_step,
    twice,
)
