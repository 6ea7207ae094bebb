# needs: 3.13
"""A waiter that is cancelled passes on what it was woken for; nobody is forgotten."""

import asyncio

from scenario import outcome, run, show, trace


async def worker(lock, delay):
    try:
        await lock.acquire()
    except BaseException as error:
        trace(f"{show(error)}, locked {int(lock.locked())}")
        raise
    trace("has it")
    await asyncio.sleep(delay)
    lock.release()


async def start(count, delay=0):
    lock = asyncio.Lock()
    await lock.acquire()
    tasks = [asyncio.create_task(worker(lock, delay), name=f"w{i}") for i in range(count)]
    await asyncio.sleep(0)
    return lock, tasks


async def end(lock, tasks):
    for task in tasks:
        trace(await outcome(task))
    trace(f"locked {int(lock.locked())}")


async def in_the_middle():
    lock, tasks = await start(3)
    tasks[1].cancel()
    await asyncio.sleep(1)
    lock.release()
    await end(lock, tasks)


async def cancelled_after_the_wake():
    lock, tasks = await start(3)
    lock.release()
    tasks[0].cancel()
    trace(f"locked {int(lock.locked())}")
    await end(lock, tasks)


async def cancelled_before_the_release():
    lock, tasks = await start(3)
    tasks[0].cancel()
    lock.release()
    trace(f"locked {int(lock.locked())}")
    await end(lock, tasks)


async def first_and_second_cancelled_after_the_wake():
    lock, tasks = await start(3)
    lock.release()
    tasks[1].cancel()
    tasks[0].cancel()
    await end(lock, tasks)


async def overtaken_where_all_are_cancelled():
    lock, tasks = await start(3)
    for task in tasks:
        task.cancel()
    lock.release()
    await lock.acquire()
    trace("overtakes them")
    await asyncio.sleep(0)
    lock.release()
    await end(lock, tasks)


async def not_overtaken_where_one_waits():
    lock, tasks = await start(3)
    tasks[0].cancel()
    tasks[1].cancel()
    lock.release()
    await lock.acquire()
    trace("comes after it")
    lock.release()
    await end(lock, tasks)


async def not_overtaken_where_one_was_woken():
    lock, tasks = await start(1)
    lock.release()
    tasks[0].cancel()
    await lock.acquire()
    trace("comes after it")
    lock.release()
    await end(lock, tasks)


async def cancels_itself(lock):
    asyncio.current_task().cancel()
    await worker(lock, 0)


async def a_request_from_before():
    lock, tasks = await start(0)
    tasks = [asyncio.create_task(cancels_itself(lock), name="held"),
             asyncio.create_task(worker(lock, 0), name="next")]
    await asyncio.sleep(0)
    lock.release()
    await end(lock, tasks)
    task = asyncio.create_task(cancels_itself(lock), name="free")
    trace(await outcome(task))
    trace(f"locked {int(lock.locked())}")


async def timed_out():
    lock, tasks = await start(2, 2)

    async def block():
        async with asyncio.timeout(1):
            await lock.acquire()

    trace(await outcome(block()))
    lock.release()
    trace(await outcome(block()))
    await asyncio.sleep(2)
    trace(await outcome(block()))
    await asyncio.sleep(5)
    trace(await outcome(block()))
    await end(lock, tasks)


async def a_cancel_after_every_step():
    for victim in range(3):
        for steps in range(8):
            trace(f"cancel w{victim} after {steps}")
            lock = asyncio.Lock()
            tasks = [asyncio.create_task(worker(lock, 0), name=f"w{i}") for i in range(4)]
            for _ in range(steps):
                await asyncio.sleep(0)
            tasks[victim].cancel()
            tasks[3].cancel()
            try:
                async with asyncio.timeout(1):
                    await lock.acquire()
                    trace(f"has it, done {' '.join(str(int(t.done())) for t in tasks)}")
            except TimeoutError:
                trace("its holder was cancelled")
            lock.release()
            await end(lock, tasks)


run(
    in_the_middle,
    cancelled_after_the_wake,
    cancelled_before_the_release,
    first_and_second_cancelled_after_the_wake,
    overtaken_where_all_are_cancelled,
    not_overtaken_where_one_waits,
    not_overtaken_where_one_was_woken,
    a_request_from_before,
    timed_out,
    a_cancel_after_every_step,
)
