"""The first failure resumes the caller of gather at once; the others run to their end."""

import asyncio

from scenario import ScenarioError, outcome, result, run, show, trace


async def body(delay, value):
    await asyncio.sleep(delay)
    trace(f"ends with {value}")
    if value < 0:
        raise ScenarioError(-value)
    return value


def start(*specifications):
    return [
        asyncio.create_task(body(delay, value), name=f"t{number}")
        for number, (delay, value) in enumerate(specifications)
    ]


async def the_first_failure():
    tasks = start((0.3, 1), (0.2, -2), (0.4, 3))
    trace(await outcome(asyncio.gather(*tasks)))
    trace("done " + " ".join(str(int(task.done())) for task in tasks))
    await asyncio.sleep(1)
    trace("results " + " ".join(map(result, tasks)))


async def later_failures_are_dropped():
    tasks = start((0.1, -1), (0.2, -2), (0.3, -3))
    trace(await outcome(asyncio.gather(*tasks)))
    await asyncio.sleep(1)
    trace("results " + " ".join(map(result, tasks)))


async def failures_of_one_iteration():
    tasks = start((0.2, 5), (0.2, -1), (0.2, -2))
    trace(await outcome(asyncio.gather(*tasks)))
    await asyncio.sleep(1)


async def returned_exceptions():
    tasks = start((0.3, -1), (0.1, 2), (0.2, -3))
    tasks.append(asyncio.create_task(body(9, 0), name="gone"))
    asyncio.get_running_loop().call_later(0.25, tasks[3].cancel)
    results = await asyncio.gather(*tasks, return_exceptions=True)
    trace(" ".join(map(show, results)))


async def a_cancelled_child_fails_the_gather():
    tasks = start((0.5, 1), (0.5, 2))
    asyncio.get_running_loop().call_later(0.2, tasks[0].cancel)
    trace(await outcome(asyncio.gather(*tasks)))
    trace(f"own cancelling {asyncio.current_task().cancelling()}")
    await asyncio.sleep(1)
    trace("results " + " ".join(map(result, tasks)))


async def a_failure_before_a_cancel():
    tasks = start((0.1, -1), (0.5, 2), (0.6, 3))
    trace(await outcome(asyncio.gather(*tasks)))
    tasks[1].cancel()
    await asyncio.sleep(1)
    trace("results " + " ".join(map(result, tasks)))


async def a_failed_future():
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    tasks = start((1, 1))
    loop.call_later(0.5, future.set_exception, ScenarioError(4))
    trace(await outcome(asyncio.gather(future, *tasks)))
    await asyncio.sleep(1)


run(
    the_first_failure,
    later_failures_are_dropped,
    failures_of_one_iteration,
    returned_exceptions,
    a_cancelled_child_fails_the_gather,
    a_failure_before_a_cancel,
    a_failed_future,
)
