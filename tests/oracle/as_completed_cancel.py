# needs: 3.13
"""Iterations over results that end early: by a limit around them, a cancel or a failure."""

import asyncio

from scenario import ScenarioError, outcome, run, show, trace


async def body(delay, value):
    try:
        await asyncio.sleep(delay)
    except asyncio.CancelledError:
        trace("interrupted")
        raise
    if value < 0:
        raise ScenarioError(-value)
    return value


def start(*pairs):
    return [asyncio.create_task(body(*pair), name=f"t{i}") for i, pair in enumerate(pairs)]


async def finish(tasks):
    trace(" ".join(str(int(task.done())) for task in tasks))
    for task in tasks:
        trace(await outcome(task))


async def consume(tasks):
    async for one in asyncio.as_completed(tasks):
        trace(f"got {one.get_name()}")


async def a_limit_around_it():
    tasks = start((1, 1), (3, 2), (4, 3))
    try:
        async with asyncio.timeout(2):
            await consume(tasks)
    except TimeoutError:
        trace("too late")
    await finish(tasks)


async def the_consumer_is_cancelled():
    tasks = start((1, 1), (3, 2))
    consumer = asyncio.create_task(consume(tasks), name="consumer")
    await asyncio.sleep(2)
    consumer.cancel()
    trace(await outcome(consumer))
    await finish(tasks)


async def cancelled_as_one_ends():
    tasks = start((1, 1), (3, 2))
    consumer = asyncio.create_task(consume(tasks), name="consumer")
    await asyncio.sleep(1)
    consumer.cancel()
    trace(await outcome(consumer))
    await finish(tasks)


async def a_task_of_it_is_cancelled():
    tasks = start((1, 1), (5, 2), (3, 3))
    asyncio.get_running_loop().call_later(2, tasks[1].cancel)
    await consume(tasks)
    await finish(tasks)


async def left_at_the_first_failure():
    tasks = start((3, 1), (1, -2), (4, 3))
    try:
        async for one in asyncio.as_completed(tasks):
            await one
    except ScenarioError as error:
        trace(show(error))
    await finish(tasks)


async def two_iterations_over_the_same():
    tasks = start((2, 1), (1, 2))
    consumers = [asyncio.create_task(consume(tasks), name=name) for name in "ab"]
    for consumer in consumers:
        await consumer


run(
    a_limit_around_it,
    the_consumer_is_cancelled,
    cancelled_as_one_ends,
    a_task_of_it_is_cancelled,
    left_at_the_first_failure,
    two_iterations_over_the_same,
)
