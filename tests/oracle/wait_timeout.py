"""A timeout ends wait without an error and without a cancel."""

import asyncio

from scenario import outcome, result, run, trace


async def body(delay, value):
    await asyncio.sleep(delay)
    trace(f"ends with {value}")
    return value


def start(*specifications):
    return [
        asyncio.create_task(body(delay, value), name=f"t{number}")
        for number, (delay, value) in enumerate(specifications)
    ]


async def wait(tasks, timeout, return_when=asyncio.ALL_COMPLETED):
    done, _ = await asyncio.wait(tasks, timeout=timeout, return_when=return_when)
    trace(f"{len(done)} done: " + " ".join(str(int(task.done())) for task in tasks))


async def none_is_done_in_time():
    tasks = start((2, 1), (3, 2))
    await wait(tasks, 1)
    await wait(tasks, 10)


async def one_is_done_in_time():
    tasks = start((0.5, 1), (3, 2))
    await wait(tasks, 1)
    await asyncio.sleep(5)
    trace("results " + " ".join(map(result, tasks)))


async def all_are_done_in_time():
    await wait(start((0.5, 1), (0.7, 2)), 100)


async def negative_looks_once():
    tasks = start((1, 1), (0, 2))
    await wait(tasks, -1)
    await wait(tasks, -1)
    await wait(tasks, -1)
    await asyncio.sleep(2)
    await wait(tasks, -1)


async def due_together_with_a_task():
    # The sleep of the task was set after the timer of the wait.
    tasks = start((1, 1))
    await wait(tasks, 1)
    await asyncio.sleep(1)


async def due_together_with_a_task_that_began_before():
    tasks = start((1, 1))
    await asyncio.sleep(0)
    await wait(tasks, 1)
    await asyncio.sleep(1)


async def with_first_completed():
    tasks = start((1, 1), (2, 2))
    await wait(tasks, 0.5, asyncio.FIRST_COMPLETED)
    await wait(tasks, 0.6, asyncio.FIRST_COMPLETED)
    await wait(tasks[1:], 0.7, asyncio.FIRST_COMPLETED)
    await wait(tasks[1:], 0.8, asyncio.FIRST_COMPLETED)


async def inside_a_timeout():
    tasks = start((5, 1))

    async def waiter():
        async with asyncio.timeout(1):
            await asyncio.wait(tasks, timeout=2)

    trace(await outcome(waiter()))
    trace(f"the task is done {int(tasks[0].done())}")
    await wait(tasks, 10)


run(
    none_is_done_in_time,
    one_is_done_in_time,
    all_are_done_in_time,
    negative_looks_once,
    due_together_with_a_task,
    due_together_with_a_task_that_began_before,
    with_first_completed,
    inside_a_timeout,
)
