# needs: 3.13
"""A reset throws those out who wait; who comes afterwards is of a new round."""

import asyncio

from barrier_scenario import crowd, end, state, steps
from scenario import run, trace


async def while_it_fills():
    barrier = asyncio.Barrier(3)
    tasks = crowd(barrier, 2)
    await steps(2)
    await barrier.reset()
    trace(state(barrier))
    tasks += crowd(barrier, 3, "new")
    await end(barrier, tasks)


async def with_nobody_in_it():
    barrier = asyncio.Barrier(2)
    await barrier.reset()
    trace(state(barrier))
    tasks = crowd(barrier, 2)
    await end(barrier, tasks)


async def after_every_step():
    for count in range(10):
        trace(f"reset after {count}")
        barrier = asyncio.Barrier(3)
        tasks = crowd(barrier, 5)
        await steps(count)
        await barrier.reset()
        trace(state(barrier))
        await end(barrier, tasks)


async def with_newcomers_after_every_step():
    for count in range(8):
        trace(f"reset and newcomers after {count}")
        barrier = asyncio.Barrier(2)
        tasks = crowd(barrier, 3)
        await steps(count)
        tasks += crowd(barrier, 2, "new")
        await steps(1)
        await barrier.reset()
        tasks += crowd(barrier, 2, "later")
        await end(barrier, tasks)


async def resets(barrier):
    await barrier.reset()
    trace(f"has reset it, {state(barrier)}")


async def twice_at_once():
    barrier = asyncio.Barrier(3)
    tasks = crowd(barrier, 2)
    await steps(1)
    tasks += [asyncio.create_task(resets(barrier), name=f"r{i}") for i in range(2)]
    tasks += crowd(barrier, 3, "new")
    await end(barrier, tasks)


run(
    while_it_fills,
    with_nobody_in_it,
    after_every_step,
    with_newcomers_after_every_step,
    twice_at_once,
)
