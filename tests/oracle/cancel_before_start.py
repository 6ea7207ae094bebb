"""A task cancelled before its first step never runs its body."""

import asyncio

from scenario import outcome, result, run, trace


async def body():
    trace("the body runs")
    await asyncio.sleep(1)


def state(task):
    done, cancelled = int(task.done()), int(task.cancelled())
    return f"done {done}, cancelled {cancelled}, cancelling {task.cancelling()}"


async def the_body_never_runs():
    task = asyncio.create_task(body(), name="t")
    trace(f"cancel {int(task.cancel())}: {state(task)}")
    trace(await outcome(task))
    trace(state(task))
    trace(f"cancel {int(task.cancel())}")


async def it_still_takes_its_turn():
    first = asyncio.create_task(body(), name="first")
    second = asyncio.create_task(body(), name="second")
    for task in (first, second):
        task.add_done_callback(lambda done: trace(f"{done.get_name()}: {result(done)}"))
    first.cancel()
    await asyncio.sleep(0)
    trace(f"first: {state(first)}")
    trace(f"second: {state(second)}")
    second.cancel()
    await asyncio.sleep(0)
    trace(f"second: {state(second)}")
    await asyncio.sleep(0)
    trace(f"second: {state(second)}")


async def cancelled_twice():
    task = asyncio.create_task(body(), name="t")
    task.cancel()
    task.cancel()
    trace(state(task))
    trace(await outcome(task))
    trace(state(task))


async def by_a_callback_that_is_ready_first():
    tasks = []
    asyncio.get_running_loop().call_soon(lambda: tasks[0].cancel())
    tasks.append(asyncio.create_task(body(), name="t"))
    trace(await outcome(tasks[0]))


async def by_a_callback_that_is_ready_too_late():
    tasks = []
    tasks.append(asyncio.create_task(body(), name="t"))
    asyncio.get_running_loop().call_soon(lambda: tasks[0].cancel())
    trace(await outcome(tasks[0]))


async def by_an_older_task():
    tasks = []

    async def killer():
        trace("kills")
        tasks[1].cancel()

    tasks.append(asyncio.create_task(killer(), name="killer"))
    tasks.append(asyncio.create_task(body(), name="victim"))
    trace(await outcome(tasks[1]))
    trace(await outcome(tasks[0]))


run(
    the_body_never_runs,
    it_still_takes_its_turn,
    cancelled_twice,
    by_a_callback_that_is_ready_first,
    by_a_callback_that_is_ready_too_late,
    by_an_older_task,
)
