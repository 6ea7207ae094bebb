# needs: 3.13
"""A token that was granted to a cancelled task goes to the next; none is lost, none is doubled."""

import asyncio

from scenario import outcome, run, show, trace


async def taker(semaphore):
    try:
        await semaphore.acquire()
    except BaseException as error:
        trace(f"{show(error)}, locked {int(semaphore.locked())}")
        raise
    trace(f"has one, locked {int(semaphore.locked())}")


async def crowd(semaphore, count):
    tasks = [asyncio.create_task(taker(semaphore), name=f"t{i}") for i in range(count)]
    await asyncio.sleep(0)
    return tasks


async def end(semaphore, tasks):
    """Counts the tokens that are left, then ends those who wait."""
    await asyncio.sleep(1)
    trace(f"done {' '.join(str(int(t.done())) for t in tasks)}")
    left = 0
    while not semaphore.locked():
        await semaphore.acquire()
        left += 1
    trace(f"left {left}")
    for task in tasks:
        task.cancel()
    for task in tasks:
        trace(await outcome(task))


async def before_the_release():
    semaphore = asyncio.Semaphore(0)
    tasks = await crowd(semaphore, 4)
    tasks[0].cancel()
    tasks[1].cancel()
    semaphore.release()
    await end(semaphore, tasks)


async def after_the_release():
    semaphore = asyncio.Semaphore(0)
    tasks = await crowd(semaphore, 3)
    semaphore.release()
    tasks[0].cancel()
    await end(semaphore, tasks)


async def all_that_were_granted():
    semaphore = asyncio.Semaphore(0)
    tasks = await crowd(semaphore, 5)
    for _ in range(3):
        semaphore.release()
    for task in tasks[:3]:
        task.cancel()
    await end(semaphore, tasks)


async def the_last_one():
    semaphore = asyncio.Semaphore(0)
    tasks = await crowd(semaphore, 1)
    semaphore.release()
    tasks[0].cancel()
    trace(f"locked {int(semaphore.locked())}")
    await end(semaphore, tasks)


async def spare_tokens_wake_more():
    semaphore = asyncio.Semaphore(0)
    tasks = await crowd(semaphore, 1)
    for _ in range(3):
        semaphore.release()
    trace(f"locked {int(semaphore.locked())}")
    tasks += [asyncio.create_task(taker(semaphore), name=f"late{i}") for i in range(3)]
    await end(semaphore, tasks)


async def spare_tokens_after_a_cancel():
    semaphore = asyncio.Semaphore(0)
    tasks = await crowd(semaphore, 1)
    for _ in range(3):
        semaphore.release()
    tasks[0].cancel()
    tasks += [asyncio.create_task(taker(semaphore), name=f"late{i}") for i in range(4)]
    await end(semaphore, tasks)


async def cancels_the_next(semaphore, tasks):
    async with semaphore:
        await asyncio.sleep(0)
    tasks[1].cancel()


async def cancelled_by_who_has_released():
    semaphore = asyncio.Semaphore(1)
    tasks = []
    tasks.append(asyncio.create_task(cancels_the_next(semaphore, tasks), name="c"))
    tasks.append(asyncio.create_task(taker(semaphore), name="t"))
    await end(semaphore, tasks)


async def cancels_itself(semaphore):
    asyncio.current_task().cancel()
    await taker(semaphore)


async def a_request_from_before():
    semaphore = asyncio.Semaphore(1)
    tasks = [asyncio.create_task(cancels_itself(semaphore), name="free"),
             asyncio.create_task(cancels_itself(semaphore), name="locked")]
    await end(semaphore, tasks)


async def holder(semaphore):
    async with semaphore:
        trace("inside")
        await asyncio.sleep(0)
        await asyncio.sleep(0)


async def a_cancel_after_every_step():
    for victim in range(4):
        for steps in range(8):
            trace(f"cancel h{victim} after {steps}")
            semaphore = asyncio.Semaphore(2)
            tasks = [asyncio.create_task(holder(semaphore), name=f"h{i}") for i in range(5)]
            for _ in range(steps):
                await asyncio.sleep(0)
            tasks[victim].cancel()
            tasks[(victim + 1) % 5].cancel()
            await end(semaphore, tasks)


run(
    before_the_release,
    after_the_release,
    all_that_were_granted,
    the_last_one,
    spare_tokens_wake_more,
    spare_tokens_after_a_cancel,
    cancelled_by_who_has_released,
    a_request_from_before,
    a_cancel_after_every_step,
)
