# needs: 3.13
"""Barriers: the tasks of a round go on together; who comes meanwhile is of the next round."""

import asyncio

from scenario import attempt, outcome, run, trace


def state(barrier):
    return f"waiting {barrier.n_waiting} of {barrier.parties}, broken {int(barrier.broken)}"


async def party(barrier, rounds):
    for turn in range(rounds):
        index = await barrier.wait()
        trace(f"turn {turn}: index {index}, {state(barrier)}")


def crowd(barrier, count, rounds=1, name="p"):
    return [asyncio.create_task(party(barrier, rounds), name=f"{name}{i}") for i in range(count)]


async def end(barrier, tasks):
    for task in tasks:
        trace(await outcome(task))
    trace(state(barrier))


async def one_round():
    barrier = asyncio.Barrier(3)
    trace(state(barrier))
    tasks = crowd(barrier, 2)
    await asyncio.sleep(1)
    trace(state(barrier))
    tasks += crowd(barrier, 1, name="last")
    await end(barrier, tasks)


async def many_rounds():
    barrier = asyncio.Barrier(3)
    await end(barrier, crowd(barrier, 3, 3))


async def more_tasks_than_parties():
    barrier = asyncio.Barrier(2)
    await end(barrier, crowd(barrier, 6))


async def more_tasks_for_many_rounds():
    barrier = asyncio.Barrier(2)
    await end(barrier, crowd(barrier, 4, 3))


async def for_one():
    barrier = asyncio.Barrier(1)
    asyncio.get_running_loop().call_soon(trace, "another callback")
    await party(barrier, 3)
    trace(state(barrier))


async def for_none():
    trace(attempt(asyncio.Barrier, 0))
    trace(attempt(asyncio.Barrier, -3))


async def one_by_one():
    barrier = asyncio.Barrier(4)
    tasks = []
    for i in range(4):
        tasks += crowd(barrier, 1, name=f"n{i}-")
        await asyncio.sleep(1)
        trace(state(barrier))
    await end(barrier, tasks)


async def seen_while_it_drains():
    barrier = asyncio.Barrier(3)
    tasks = crowd(barrier, 3)
    for _ in range(8):
        await asyncio.sleep(0)
        trace(state(barrier))
    await end(barrier, tasks)


async def newcomers_while_it_drains():
    for steps in range(6):
        barrier = asyncio.Barrier(2)
        tasks = crowd(barrier, 2)
        for _ in range(steps):
            await asyncio.sleep(0)
        trace(f"after {steps}: {state(barrier)}")
        tasks += crowd(barrier, 2, name="new")
        await end(barrier, tasks)


async def not_enough():
    barrier = asyncio.Barrier(2)
    await barrier.wait()


run(
    one_round,
    many_rounds,
    more_tasks_than_parties,
    more_tasks_for_many_rounds,
    for_one,
    for_none,
    one_by_one,
    seen_while_it_drains,
    newcomers_while_it_drains,
    not_enough,
)
