# needs: 3.13
"""Taking the last request back drops a cancel that was not delivered yet."""

import asyncio

from scenario import outcome, run, trace


async def before_the_next_suspension():
    async def body():
        task = asyncio.current_task()
        task.cancel()
        trace(f"uncancel {task.uncancel()}")
        await asyncio.sleep(1)
        trace("slept undisturbed")
        return 1

    trace(await outcome(asyncio.create_task(body(), name="t")))


async def one_of_two_stays():
    async def body():
        task = asyncio.current_task()
        task.cancel()
        task.cancel()
        trace(f"uncancel {task.uncancel()}")
        try:
            await asyncio.sleep(1)
        except asyncio.CancelledError:
            trace(f"interrupted, uncancel {task.uncancel()}")
        await asyncio.sleep(1)
        return 2

    trace(await outcome(asyncio.create_task(body(), name="t")))


async def before_the_return():
    async def body():
        task = asyncio.current_task()
        task.cancel()
        task.uncancel()
        return 3

    trace(await outcome(asyncio.create_task(body(), name="t")))


async def of_a_task_not_started():
    async def body():
        trace("runs")
        return 4

    task = asyncio.create_task(body(), name="t")
    task.cancel()
    trace(f"uncancel {task.uncancel()}")
    trace(await outcome(task))


async def a_structured_block():
    async def timeout_like(task, delay):
        handle = asyncio.get_running_loop().call_later(delay, task.cancel)
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            trace(f"the block is interrupted, uncancel {task.uncancel()}")
        finally:
            handle.cancel()

    async def body():
        task = asyncio.current_task()
        await timeout_like(task, 1)
        await timeout_like(task, 2)
        await asyncio.sleep(0)
        trace(f"cancelling {task.cancelling()}")
        return 5

    trace(await outcome(asyncio.create_task(body(), name="t")))


run(
    before_the_next_suspension,
    one_of_two_stays,
    before_the_return,
    of_a_task_not_started,
    a_structured_block,
)
