"""Gathers over what is done, what is not started, and the same thing twice."""

import asyncio

from scenario import ScenarioError, outcome, run, show, trace


def create():
    return asyncio.get_running_loop().create_future()


def listed(values):
    return " ".join(map(show, values))


async def body(delay, value):
    await asyncio.sleep(delay)
    trace("ends")
    if value < 0:
        raise ScenarioError(-value)
    return value


def spawn(name, delay, value):
    return asyncio.create_task(body(delay, value), name=name)


async def futures_set_in_reverse():
    futures = [create() for _ in range(3)]
    gathered = asyncio.gather(*futures)
    for future in reversed(futures):
        await asyncio.sleep(0.1)
        trace(f"done {int(gathered.done())}")
        future.set_result(None)
    trace(f"done {int(gathered.done())}")
    trace(listed(await gathered))


async def one_task_three_times():
    task = spawn("t", 0.1, 5)
    trace(listed(await asyncio.gather(task, task, task)))


async def one_failure_twice_with_exceptions_returned():
    task = spawn("t", 0.1, -5)
    other = spawn("o", 0.2, 6)
    trace(listed(await asyncio.gather(task, other, task, return_exceptions=True)))


async def a_future_cancelled_before():
    future = create()
    future.cancel()
    task = spawn("t", 0.1, 1)
    trace(await outcome(asyncio.gather(future, task)))
    trace(listed(await asyncio.gather(future, task, return_exceptions=True)))


async def a_failed_one_before():
    future = create()
    future.set_exception(ScenarioError(3))
    task = spawn("t", 0.1, 1)
    trace(await outcome(asyncio.gather(task, future)))
    trace(f"the task: done {int(task.done())}")
    await task


async def two_gathers_over_the_same():
    tasks = [spawn("a", 0.1, 1), spawn("b", 0.2, -2)]
    first = asyncio.gather(*tasks)
    second = asyncio.gather(*tasks, return_exceptions=True)
    trace(await outcome(first))
    trace(listed(await second))


async def cancelled_when_it_is_done():
    tasks = [spawn("a", 0.1, 1), spawn("b", 0.1, 2)]
    gathered = asyncio.gather(*tasks)
    await gathered
    trace(f"cancel {int(gathered.cancel())}, {int(gathered.cancelled())}")
    trace(listed(await gathered))


async def cancelled_when_it_has_failed():
    tasks = [spawn("a", 0.1, -1), spawn("b", 0.3, 2)]
    gathered = asyncio.gather(*tasks)
    trace(await outcome(gathered))
    trace(f"cancel {int(gathered.cancel())}")
    trace(await outcome(tasks[1]))


async def cancelled_when_all_children_are_done():
    futures = [create(), create()]
    gathered = asyncio.gather(*futures)
    for future in futures:
        future.set_result(None)
    trace(f"done {int(gathered.done())}")
    trace(f"cancel {int(gathered.cancel())}")
    trace(listed(await gathered))


run(
    futures_set_in_reverse,
    one_task_three_times,
    one_failure_twice_with_exceptions_returned,
    a_future_cancelled_before,
    a_failed_one_before,
    two_gathers_over_the_same,
    cancelled_when_it_is_done,
    cancelled_when_it_has_failed,
    cancelled_when_all_children_are_done,
)
