"""What the scenarios of barriers that break or lose a party share; barrier_scenario.h is the same
for the C half."""

import asyncio

from scenario import outcome, show, trace


def state(barrier):
    return f"waiting {barrier.n_waiting}, broken {int(barrier.broken)}"


async def party(barrier):
    """Waits once, and says what came of it."""
    try:
        index = await barrier.wait()
    except BaseException as error:
        trace(f"{show(error)}, {state(barrier)}")
        raise
    trace(f"index {index}, {state(barrier)}")


def crowd(barrier, count, name="p"):
    """Starts parties: name0, name1, ..."""
    return [asyncio.create_task(party(barrier), name=f"{name}{i}") for i in range(count)]


async def steps(count):
    """Lets the others run for so many iterations."""
    for _ in range(count):
        await asyncio.sleep(0)


async def end(barrier, tasks):
    """Lets everybody run who can, then cancels the tasks and says what they came to."""
    await asyncio.sleep(1)
    trace(state(barrier))
    for task in tasks:
        task.cancel()
    for task in tasks:
        trace(await outcome(task))
    trace(state(barrier))
