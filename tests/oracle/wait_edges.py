"""wait with duplicates, with what is done already, with nothing, and when it is cancelled."""

import asyncio

from scenario import ScenarioError, outcome, result, run, trace


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


async def duplicates_count_once():
    tasks = start((0.2, 1), (0.1, 2))
    done, _ = await asyncio.wait([tasks[0], tasks[1], tasks[0], tasks[1]])
    trace(f"{len(done)} done")


async def done_already():
    tasks = start((0, 1), (0, -2))
    await asyncio.sleep(1)
    asyncio.get_running_loop().call_soon(trace, "soon")
    done, _ = await asyncio.wait(tasks)
    trace(f"{len(done)} done")
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    trace(f"{len(done)} done")
    trace("results " + " ".join(map(result, tasks)))


async def one_done_already():
    tasks = start((0, 1), (1, 2))
    await asyncio.sleep(0.5)
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    trace(f"{len(done)} done")
    done, _ = await asyncio.wait(tasks)
    trace(f"{len(done)} done")


async def cancelling_it_leaves_the_tasks_alone():
    tasks = start((2, 1), (3, 2))

    async def waiter():
        trace(f"wait: {await outcome(asyncio.wait(tasks))}")

    waiting = asyncio.create_task(waiter(), name="waiter")
    await asyncio.sleep(1)
    waiting.cancel()
    trace(await outcome(waiting))
    trace("done " + " ".join(str(int(task.done())) for task in tasks))
    await asyncio.wait(tasks)
    trace("results " + " ".join(map(result, tasks)))


async def two_waiters_of_the_same():
    tasks = start((1, 1), (2, 2))

    async def waiter(return_when):
        done, _ = await asyncio.wait(tasks, return_when=return_when)
        trace(f"{len(done)} done")

    waiters = [
        asyncio.create_task(waiter(asyncio.ALL_COMPLETED), name="all"),
        asyncio.create_task(waiter(asyncio.FIRST_COMPLETED), name="first"),
    ]
    for one in waiters:
        await one


async def done_between_the_first_and_the_return():
    tasks = start((1, 1), (1, 2), (1, 3))
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    trace(f"{len(done)} done")


async def nothing_to_wait_for():
    trace(await outcome(asyncio.wait([])))


async def futures_and_tasks():
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    cancelled = loop.create_future()
    loop.call_later(0.5, future.set_result, None)
    loop.call_later(0.6, cancelled.cancel)
    tasks = start((0.7, 3))
    done, _ = await asyncio.wait([future, cancelled, *tasks])
    trace(f"{len(done)} done: {result(future)} {result(cancelled)} {result(tasks[0])}")


run(
    duplicates_count_once,
    done_already,
    one_done_already,
    cancelling_it_leaves_the_tasks_alone,
    two_waiters_of_the_same,
    done_between_the_first_and_the_return,
    nothing_to_wait_for,
    futures_and_tasks,
)
