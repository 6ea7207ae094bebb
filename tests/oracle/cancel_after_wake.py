"""A cancel that comes when the wait is over but the task has not run yet: the cancel wins."""

import asyncio

from scenario import outcome, result, run, show, trace


async def waiter(future):
    try:
        await future
        trace("got the result")
    except asyncio.CancelledError as error:
        trace(f"interrupted: {show(error)}")
        raise


async def set_then_cancel():
    future = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(waiter(future), name="t")
    await asyncio.sleep(0)
    future.set_result(None)
    trace(f"cancel {int(task.cancel())}, future cancelled {int(future.cancelled())}")
    trace(await outcome(task))
    trace(f"the future has {result(future)}")


async def cancel_then_set():
    future = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(waiter(future), name="t")
    await asyncio.sleep(0)
    task.cancel()
    trace(f"future cancelled {int(future.cancelled())}")
    trace(await outcome(task))


async def at_the_end_of_a_sleep():
    async def sleeper():
        try:
            await asyncio.sleep(1)
            trace("slept")
        except asyncio.CancelledError:
            trace("interrupted")
            raise

    task = asyncio.create_task(sleeper(), name="t")
    await asyncio.sleep(0)
    # Due together with the sleep, and set after it: the sleep is over, its task has not run.
    asyncio.get_running_loop().call_later(1, task.cancel)
    trace(await outcome(task))


async def just_before_the_end_of_a_sleep():
    tasks = []

    async def sleeper():
        await asyncio.sleep(1)
        trace("slept")

    asyncio.get_running_loop().call_later(1, lambda: tasks[0].cancel())
    tasks.append(asyncio.create_task(sleeper(), name="t"))
    trace(await outcome(tasks[0]))


async def swallowed_after_the_wake():
    async def stubborn(future):
        try:
            await future
        except asyncio.CancelledError:
            trace("swallows it")
        trace(f"the future has {result(future)}")
        await asyncio.sleep(0.1)
        return 3

    future = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(stubborn(future), name="t")
    await asyncio.sleep(0)
    future.set_result(None)
    task.cancel()
    trace(f"{await outcome(task)}, cancelling {task.cancelling()}")


async def after_the_awaited_task_ended():
    inner = asyncio.create_task(asyncio.sleep(1), name="inner")
    outer = asyncio.create_task(waiter(inner), name="outer")
    inner.add_done_callback(lambda _: outer.cancel())
    await asyncio.sleep(0)
    trace(await outcome(outer))
    trace(f"inner has {result(inner)}")


async def before_the_awaited_task_wakes_it():
    inner = asyncio.create_task(asyncio.sleep(1), name="inner")
    outer = asyncio.create_task(waiter(inner), name="outer")
    await asyncio.sleep(0.5)
    inner.add_done_callback(lambda _: trace(f"cancel {int(outer.cancel())}"))
    trace(await outcome(outer))


run(
    set_then_cancel,
    cancel_then_set,
    at_the_end_of_a_sleep,
    just_before_the_end_of_a_sleep,
    swallowed_after_the_wake,
    after_the_awaited_task_ended,
    before_the_awaited_task_wakes_it,
)
