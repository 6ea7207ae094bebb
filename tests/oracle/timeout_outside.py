# needs: 3.12
"""A cancel from outside wins over a timeout, whichever came first."""

import asyncio

from scenario import outcome, run, show, trace


def cancelling():
    return asyncio.current_task().cancelling()


async def limited(delay, cleanup):
    """A task's body: sleeps under a limit of one second."""
    limit = asyncio.timeout(1)
    try:
        async with limit:
            try:
                await asyncio.sleep(delay)
            finally:
                trace(f"leaves, expired {int(limit.expired())}, cancelling {cancelling()}")
                if cleanup:
                    await asyncio.sleep(cleanup)
                    trace("clean")
        trace("the block ends well")
    except BaseException as error:
        trace(f"the block raises {show(error)}, cancelling {cancelling()}")
        raise


def start(delay, cleanup=0.0):
    return asyncio.create_task(limited(delay, cleanup), name="t")


async def cancelled_before_it_expires():
    task = start(5)
    await asyncio.sleep(0.5)
    task.cancel()
    trace(await outcome(task))


async def cancelled_after_it_expired():
    task = start(5, 1)
    await asyncio.sleep(1.5)
    task.cancel()
    trace(await outcome(task))


async def cancelled_together_first():
    tasks = []
    asyncio.get_running_loop().call_later(1, lambda: tasks[0].cancel())
    tasks.append(start(5))
    trace(await outcome(tasks[0]))


async def cancelled_together_second():
    task = start(5)
    await asyncio.sleep(0)
    asyncio.get_running_loop().call_later(1, task.cancel)
    trace(await outcome(task))


async def cancelled_before_and_expired_while_cleaning():
    task = start(5, 2)
    await asyncio.sleep(0.5)
    task.cancel()
    trace(await outcome(task))


async def cancelled_before_the_entry():
    async def body():
        asyncio.current_task().cancel()
        await limited(5, 0)

    trace(await outcome(asyncio.create_task(body(), name="t")))


async def entered_with_a_cancel_already_counted():
    async def body():
        try:
            await asyncio.sleep(5)
        except asyncio.CancelledError:
            trace(f"swallows the first, cancelling {cancelling()}")
        await limited(5, 0)

    task = asyncio.create_task(body(), name="t")
    await asyncio.sleep(1)
    task.cancel()
    trace(await outcome(task))
    trace(f"cancelling {task.cancelling()}")


async def cancelled_twice():
    task = start(5, 1)
    await asyncio.sleep(0.2)
    task.cancel()
    await asyncio.sleep(0.2)
    task.cancel()
    trace(await outcome(task))
    trace(f"cancelling {task.cancelling()}")


run(
    cancelled_before_it_expires,
    cancelled_after_it_expired,
    cancelled_together_first,
    cancelled_together_second,
    cancelled_before_and_expired_while_cleaning,
    cancelled_before_the_entry,
    entered_with_a_cancel_already_counted,
    cancelled_twice,
)
