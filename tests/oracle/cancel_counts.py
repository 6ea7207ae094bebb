"""Cancel requests are counted, merged while they wait for delivery, and delivered once."""

import asyncio

from scenario import outcome, run, trace


async def stubborn(times):
    task = asyncio.current_task()
    for turn in range(times):
        try:
            await asyncio.sleep(1)
            trace(f"turn {turn} undisturbed")
        except asyncio.CancelledError:
            trace(f"turn {turn} interrupted, cancelling {task.cancelling()}")
    return times


async def two_requests_one_delivery():
    task = asyncio.create_task(stubborn(3), name="t")
    await asyncio.sleep(0.5)
    trace(f"cancel {int(task.cancel())}, {task.cancelling()}")
    trace(f"cancel {int(task.cancel())}, {task.cancelling()}")
    trace(f"{await outcome(task)}, cancelling {task.cancelling()}")


async def two_requests_two_deliveries():
    task = asyncio.create_task(stubborn(3), name="t")
    await asyncio.sleep(0.5)
    task.cancel()
    await asyncio.sleep(0.1)
    task.cancel()
    trace(f"{await outcome(task)}, cancelling {task.cancelling()}")


async def a_second_cancel_interrupts_the_cleanup():
    async def careful():
        try:
            await asyncio.sleep(10)
        finally:
            try:
                trace("cleans up")
                await asyncio.sleep(2)
                trace("clean")
            finally:
                trace(f"leaves, cancelling {asyncio.current_task().cancelling()}")

    task = asyncio.create_task(careful(), name="t")
    await asyncio.sleep(1)
    task.cancel()
    await asyncio.sleep(1)
    task.cancel()
    trace(await outcome(task))


async def uncancel_counts_down():
    task = asyncio.create_task(stubborn(1), name="t")
    await asyncio.sleep(0.5)
    trace(f"uncancel {task.uncancel()}")
    task.cancel()
    task.cancel()
    trace(f"uncancel {task.uncancel()}, cancelling {task.cancelling()}")
    trace(f"uncancel {task.uncancel()}")
    trace(f"uncancel {task.uncancel()}")
    trace(f"{await outcome(task)}, cancelling {task.cancelling()}")


async def uncancel_inside():
    async def body():
        task = asyncio.current_task()
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            trace(f"interrupted, uncancel {task.uncancel()}")
        await asyncio.sleep(1)
        trace("goes on")
        return 4

    task = asyncio.create_task(body(), name="t")
    await asyncio.sleep(0.5)
    task.cancel()
    trace(f"{await outcome(task)}, cancelling {task.cancelling()}")


async def cancelled_from_within():
    async def body():
        task = asyncio.current_task()
        trace(f"cancel {int(task.cancel())}, {task.cancelling()}")
        trace("goes on until it suspends")
        try:
            await asyncio.sleep(5)
        except asyncio.CancelledError:
            trace("interrupted")
        await asyncio.sleep(1)
        trace("slept undisturbed")

    trace(await outcome(asyncio.create_task(body(), name="t")))


async def two_requests_before_the_first_step():
    task = asyncio.create_task(stubborn(2), name="t")
    task.cancel()
    task.cancel()
    trace(f"cancelling {task.cancelling()}, {await outcome(task)}")


run(
    two_requests_one_delivery,
    two_requests_two_deliveries,
    a_second_cancel_interrupts_the_cleanup,
    uncancel_counts_down,
    uncancel_inside,
    cancelled_from_within,
    two_requests_before_the_first_step,
)
