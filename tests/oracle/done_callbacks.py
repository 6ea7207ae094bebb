"""Done callbacks of tasks run one iteration after the end, in order with the waiters."""

import asyncio

from scenario import ScenarioError, result, run, trace


def tell(label):
    def callback(task):
        trace(f"{label}: {task.get_name()} came to {result(task)}")

    return callback


async def body(value):
    trace("runs")
    await asyncio.sleep(0.1)
    trace("ends")
    if value < 0:
        raise ScenarioError(-value)
    return value


async def with_a_waiter_between():
    task = asyncio.create_task(body(1), name="t")
    task.add_done_callback(tell("before"))

    async def waiter():
        await task
        trace("woke")

    other = asyncio.create_task(waiter(), name="waiter")
    await asyncio.sleep(0)
    task.add_done_callback(tell("behind"))
    await other
    trace("done")


async def for_every_outcome():
    tasks = [asyncio.create_task(body(value), name=f"t{value}") for value in (1, -2, 3)]
    for task in tasks:
        task.add_done_callback(tell("callback"))
    tasks[2].cancel()
    await asyncio.sleep(1)
    trace("done")


async def a_callback_starts_a_task():
    tasks = []

    def start(_):
        trace("starts another")
        tasks.append(asyncio.get_running_loop().create_task(body(7), name="second"))

    first = asyncio.create_task(body(1), name="first")
    first.add_done_callback(start)
    await first
    trace("first is done")
    await asyncio.sleep(0)
    trace(f"came to {await tasks[0]}")


async def a_callback_cancels_a_task():
    victim = asyncio.create_task(body(1), name="victim")
    await asyncio.sleep(0.05)
    killer = asyncio.create_task(asyncio.sleep(0), name="killer")
    killer.add_done_callback(lambda _: victim.cancel())
    victim.add_done_callback(tell("callback"))
    await asyncio.sleep(1)
    trace("done")


async def removed_from_a_task():
    task = asyncio.create_task(body(1), name="t")
    callback = tell("callback")
    task.add_done_callback(callback)
    task.add_done_callback(tell("stays"))
    trace(f"removed {task.remove_done_callback(callback)}")
    await task
    await asyncio.sleep(0)
    trace(f"removed {task.remove_done_callback(callback)}")


run(
    with_a_waiter_between,
    for_every_outcome,
    a_callback_starts_a_task,
    a_callback_cancels_a_task,
    removed_from_a_task,
)
