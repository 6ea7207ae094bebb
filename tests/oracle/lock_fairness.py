# needs: 3.13
"""A lock goes to those who ask in their order, also where one asks again at once."""

import asyncio

from scenario import run, trace


async def again_and_again(lock, rounds):
    for turn in range(rounds):
        async with lock:
            trace(f"turn {turn}")
            await asyncio.sleep(0)


async def three_in_turn():
    lock = asyncio.Lock()
    await asyncio.gather(*[
        asyncio.create_task(again_and_again(lock, 3), name=f"w{i}") for i in range(3)])


async def greedy(lock, rounds):
    for turn in range(rounds):
        await lock.acquire()
        trace(f"turn {turn}")
        lock.release()


async def one_that_never_lets_others_run():
    lock = asyncio.Lock()
    await lock.acquire()
    tasks = [asyncio.create_task(greedy(lock, 3), name=f"g{i}") for i in range(3)]
    await asyncio.sleep(0)
    lock.release()
    await greedy(lock, 2)
    for task in tasks:
        await task


async def between_release_and_the_turn():
    lock = asyncio.Lock()
    await lock.acquire()
    task = asyncio.create_task(greedy(lock, 1), name="first")
    await asyncio.sleep(0)
    lock.release()
    trace(f"locked {int(lock.locked())}")
    await lock.acquire()
    trace("comes second")
    lock.release()
    await task


async def two_locks(mine, other, delay):
    async with mine:
        trace("has one")
        await asyncio.sleep(delay)
        async with other:
            trace("has both")


async def in_the_same_order():
    first, second = asyncio.Lock(), asyncio.Lock()
    await asyncio.gather(*[
        asyncio.create_task(two_locks(first, second, 1), name=f"w{i}") for i in range(3)])


async def starter(lock, number):
    if number > 0:
        asyncio.create_task(starter(lock, number - 1), name=f"s{number - 1}")
    async with lock:
        trace("has it")
        await asyncio.sleep(0.1 * number)


async def those_who_come_meanwhile():
    lock = asyncio.Lock()
    await lock.acquire()
    asyncio.create_task(starter(lock, 4), name="s4")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    lock.release()
    await asyncio.sleep(0)
    await lock.acquire()
    trace("last")


run(
    three_in_turn,
    one_that_never_lets_others_run,
    between_release_and_the_turn,
    in_the_same_order,
    those_who_come_meanwhile,
)
