"""Cancelling a gather cancels every child that is not done, and then comes out of the gather."""

import asyncio

from scenario import ScenarioError, outcome, result, run, show, trace


async def sleeper(delay, cleanup=0.0):
    try:
        await asyncio.sleep(delay)
        trace("slept")
    except asyncio.CancelledError:
        trace("interrupted")
        if cleanup:
            await asyncio.sleep(cleanup)
            trace("clean")
        raise
    return 1


def start(*specifications):
    return [
        asyncio.create_task(sleeper(*arguments), name=f"t{number}")
        for number, arguments in enumerate(specifications)
    ]


async def gatherer(tasks, return_exceptions=False):
    try:
        results = await asyncio.gather(*tasks, return_exceptions=return_exceptions)
        trace(f"gathered {' '.join(map(show, results))}")
    except BaseException as error:
        trace(f"gather raised {show(error)}")
        raise


def gathering(tasks, return_exceptions=False):
    return asyncio.create_task(gatherer(tasks, return_exceptions), name="outer")


async def all_are_cancelled():
    tasks = start((5,), (5,), (5,))
    outer = gathering(tasks)
    await asyncio.sleep(1)
    outer.cancel()
    trace(await outcome(outer))
    trace("results " + " ".join(map(result, tasks)))


async def the_done_ones_are_not():
    tasks = start((5,), (0.5,), (5,))
    outer = gathering(tasks)
    await asyncio.sleep(1)
    outer.cancel()
    trace(await outcome(outer))
    trace("results " + " ".join(map(result, tasks)))


async def it_raises_when_the_first_one_ends():
    tasks = start((5, 2), (5, 1), (5, 3))
    outer = gathering(tasks)
    await asyncio.sleep(1)
    outer.cancel()
    trace(await outcome(outer))
    trace("done " + " ".join(str(int(task.done())) for task in tasks))
    await asyncio.sleep(5)


async def with_exceptions_returned_it_waits_for_all():
    tasks = start((5, 2), (5, 1), (0.5,))
    outer = gathering(tasks, return_exceptions=True)
    await asyncio.sleep(1)
    outer.cancel()
    trace(await outcome(outer))


async def children_that_swallow_it():
    async def stubborn(value):
        try:
            await asyncio.sleep(5)
        except asyncio.CancelledError:
            trace("swallows it")
        return value

    tasks = [asyncio.create_task(stubborn(number), name=f"t{number}") for number in range(2)]
    outer = gathering(tasks)
    await asyncio.sleep(1)
    outer.cancel()
    trace(await outcome(outer))
    trace("results " + " ".join(map(result, tasks)))


async def a_child_that_fails_instead():
    async def failing():
        try:
            await asyncio.sleep(5)
        finally:
            raise ScenarioError(3)

    tasks = [asyncio.create_task(failing(), name="failing"), *start((5,))]
    outer = gathering(tasks)
    await asyncio.sleep(1)
    outer.cancel()
    trace(await outcome(outer))
    trace("results " + " ".join(map(result, tasks)))


async def after_a_failure_it_cancels_nothing():
    async def failing():
        await asyncio.sleep(0.5)
        raise ScenarioError(4)

    tasks = [asyncio.create_task(failing(), name="failing"), *start((2,))]
    gathered = asyncio.gather(*tasks)
    trace(await outcome(gathered))
    trace(f"cancel {int(gathered.cancel())}")
    await asyncio.sleep(2)
    trace("results " + " ".join(map(result, tasks)))


async def the_future_form():
    tasks = start((5,), (5,))
    gathered = asyncio.gather(*tasks)
    await asyncio.sleep(1)
    trace(f"cancel {int(gathered.cancel())}, done {int(gathered.done())}")
    trace(await outcome(gathered))
    trace(f"cancelled {int(gathered.cancelled())}, cancel {int(gathered.cancel())}")


async def nested_gathers():
    tasks = start((5,), (5,), (5,))
    inner = asyncio.gather(tasks[0], tasks[1])
    outer = gathering([inner, tasks[2]])
    await asyncio.sleep(1)
    outer.cancel()
    trace(await outcome(outer))
    trace("results " + " ".join(map(result, tasks)))


run(
    all_are_cancelled,
    the_done_ones_are_not,
    it_raises_when_the_first_one_ends,
    with_exceptions_returned_it_waits_for_all,
    children_that_swallow_it,
    a_child_that_fails_instead,
    after_a_failure_it_cancels_nothing,
    the_future_form,
    nested_gathers,
)
