# needs: 3.13
"""Locks: one holder at a time, in the order of asking; misuse has a name."""

import asyncio

from scenario import ScenarioError, attempt, outcome, run, show, trace


async def worker(lock, delay):
    trace("asks")
    await lock.acquire()
    trace("has it")
    await asyncio.sleep(delay)
    lock.release()
    trace("has released it")


async def in_turn():
    lock = asyncio.Lock()
    tasks = [asyncio.create_task(worker(lock, 1), name=f"w{i}") for i in range(4)]
    await asyncio.sleep(0.5)
    trace(f"locked {int(lock.locked())}")
    for task in tasks:
        await task
    trace(f"locked {int(lock.locked())}")


async def without_contention_nothing_else_runs():
    lock = asyncio.Lock()
    asyncio.get_running_loop().call_soon(trace, "another callback")
    for _ in range(3):
        await lock.acquire()
        lock.release()
    trace("three times")
    await asyncio.sleep(0)


async def released_too_often():
    lock = asyncio.Lock()
    trace(attempt(lock.release))
    await lock.acquire()
    trace(attempt(lock.release))
    trace(attempt(lock.release))
    await lock.acquire()
    trace(f"locked {int(lock.locked())}")


async def released_by_another():
    lock = asyncio.Lock()
    await lock.acquire()
    asyncio.get_running_loop().call_later(2, lock.release)
    await lock.acquire()
    trace("got it from a callback")


async def acquired_twice():
    lock = asyncio.Lock()
    await lock.acquire()

    async def block():
        async with asyncio.timeout(3):
            await lock.acquire()

    trace(await outcome(block()))
    trace(f"locked {int(lock.locked())}")
    trace(attempt(lock.release))


async def block_worker(lock, delay, number):
    async with lock:
        trace("in the block")
        await asyncio.sleep(delay)
        if number:
            raise ScenarioError(number)
    trace("behind the block")


async def blocks():
    lock = asyncio.Lock()
    tasks = [asyncio.create_task(block_worker(lock, 1, i % 2), name=f"b{i}") for i in range(4)]
    for task in tasks:
        trace(await outcome(task))
    trace(f"locked {int(lock.locked())}")


async def a_block_that_is_cancelled_at_its_door():
    lock = asyncio.Lock()
    await lock.acquire()
    task = asyncio.create_task(block_worker(lock, 0, 0), name="b")
    await asyncio.sleep(1)
    task.cancel()
    trace(await outcome(task))
    trace(f"locked {int(lock.locked())}")


async def a_block_that_has_released_already():
    lock = asyncio.Lock()

    async def block():
        async with lock:
            lock.release()

    trace(await outcome(block()))
    trace(f"locked {int(lock.locked())}")


async def left_early():
    lock = asyncio.Lock()
    for turn in range(3):
        async with lock:
            trace(f"turn {turn}, locked {int(lock.locked())}")
            if turn == 1:
                break
    trace(f"locked {int(lock.locked())}")


async def deadlock():
    lock = asyncio.Lock()
    await lock.acquire()
    await lock.acquire()


run(
    in_turn,
    without_contention_nothing_else_runs,
    released_too_often,
    released_by_another,
    acquired_twice,
    blocks,
    a_block_that_is_cancelled_at_its_door,
    a_block_that_has_released_already,
    left_early,
    deadlock,
)
