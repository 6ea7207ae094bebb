# needs: 3.12
"""Eager tasks that meet locks, events and timeouts in their first step."""

import asyncio

from scenario import outcome, run, trace


def eager(name, coroutine):
    loop = asyncio.get_running_loop()
    return asyncio.eager_task_factory(loop, coroutine, name=name)


async def worker(lock, delay):
    trace("begins")
    async with lock:
        trace("has it")
        if delay >= 0:
            await asyncio.sleep(delay)
    trace("gave it back")


async def a_free_lock():
    lock = asyncio.Lock()
    task = eager("t", worker(lock, -1))
    trace(f"done {int(task.done())}, locked {int(lock.locked())}")
    await task


async def a_free_lock_that_is_kept():
    lock = asyncio.Lock()
    tasks = [eager(name, worker(lock, 1)) for name in "abc"]
    trace(f"locked {int(lock.locked())}")
    for task in tasks:
        await task


async def among_lazy_ones():
    lock = asyncio.Lock()
    tasks = [asyncio.create_task(worker(lock, 1), name="lazy"), eager("eager", worker(lock, 1))]
    tasks.append(asyncio.create_task(worker(lock, 1), name="lazy too"))
    for task in tasks:
        await task


async def waits(event):
    trace("begins")
    await event.wait()
    trace("woke")


async def an_event():
    event = asyncio.Event()
    first = eager("first", waits(event))
    event.set()
    second = eager("second", waits(event))
    trace(f"done {int(first.done())} {int(second.done())}")
    await first
    await second


async def limited(delay):
    async with asyncio.timeout(1):
        await asyncio.sleep(delay)
    trace("in time")


async def a_timeout_in_the_first_step():
    tasks = [eager("slow", limited(2)), eager("quick", limited(0.5))]
    for task in tasks:
        trace(await outcome(task))


async def cancelled_after_its_first_step():
    lock = asyncio.Lock()
    await lock.acquire()
    tasks = [eager("a", worker(lock, 1)), eager("b", worker(lock, 1))]
    tasks[0].cancel()
    lock.release()
    for task in tasks:
        trace(await outcome(task))


run(
    a_free_lock,
    a_free_lock_that_is_kept,
    among_lazy_ones,
    an_event,
    a_timeout_in_the_first_step,
    cancelled_after_its_first_step,
)
