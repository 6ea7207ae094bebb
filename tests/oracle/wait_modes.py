"""wait returns when all are done, when one is, or when one has failed."""

import asyncio

from scenario import ScenarioError, result, run, trace


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


async def wait(tasks, return_when, timeout=None):
    done, _ = await asyncio.wait(tasks, return_when=return_when, timeout=timeout)
    flags = " ".join(str(int(task.done())) for task in tasks)
    trace(f"{len(done)} done: {flags}")


async def finish(tasks):
    await asyncio.wait(tasks)
    trace("results " + " ".join(map(result, tasks)))


async def all_completed():
    tasks = start((0.2, 1), (0.1, -2), (0.3, 3))
    await wait(tasks, asyncio.ALL_COMPLETED)
    await finish(tasks)


async def first_completed():
    tasks = start((0.2, 1), (0.1, 2), (0.3, 3))
    await wait(tasks, asyncio.FIRST_COMPLETED)
    await wait(tasks[:1] + tasks[2:], asyncio.FIRST_COMPLETED)
    await finish(tasks)


async def first_completed_may_find_several():
    tasks = start((0.1, 1), (0.1, 2), (0.3, 3))
    await wait(tasks, asyncio.FIRST_COMPLETED)
    await finish(tasks)


async def first_completed_is_a_failure():
    tasks = start((0.2, 1), (0.1, -2))
    await wait(tasks, asyncio.FIRST_COMPLETED)
    await finish(tasks)


async def first_exception():
    tasks = start((0.1, 1), (0.2, -2), (0.3, 3))
    await wait(tasks, asyncio.FIRST_EXCEPTION)
    await finish(tasks)


async def first_exception_without_one():
    tasks = start((0.1, 1), (0.3, 2), (0.2, 3))
    await wait(tasks, asyncio.FIRST_EXCEPTION)


async def first_exception_ignores_the_cancelled():
    tasks = start((0.5, 1), (0.4, -2), (0.6, 3))
    asyncio.get_running_loop().call_later(0.2, tasks[0].cancel)
    await wait(tasks, asyncio.FIRST_EXCEPTION)
    await finish(tasks)


async def first_completed_counts_the_cancelled():
    tasks = start((0.5, 1), (0.4, 2))
    asyncio.get_running_loop().call_later(0.2, tasks[0].cancel)
    await wait(tasks, asyncio.FIRST_COMPLETED)
    await finish(tasks)


async def a_loop_over_the_rest():
    tasks = start((0.3, 1), (0.1, 2), (0.2, 3), (0.1, 4))
    pending = list(tasks)
    while pending:
        await wait(pending, asyncio.FIRST_COMPLETED)
        for task in [task for task in pending if task.done()]:
            trace(f"{task.get_name()} came to {result(task)}")
        pending = [task for task in pending if not task.done()]


run(
    all_completed,
    first_completed,
    first_completed_may_find_several,
    first_completed_is_a_failure,
    first_exception,
    first_exception_without_one,
    first_exception_ignores_the_cancelled,
    first_completed_counts_the_cancelled,
    a_loop_over_the_rest,
)
