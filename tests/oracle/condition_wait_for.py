# needs: 3.13
"""wait_for: the predicate is asked first, and again after each notification."""

import asyncio

from scenario import ScenarioError, outcome, run, show, trace


class Store:
    def __init__(self):
        self.condition = asyncio.Condition()
        self.items = 0
        self.asked = 0


async def taker(store, count):
    def enough():
        store.asked += 1
        trace(f"asked: {store.items}")
        return store.items >= count

    async with store.condition:
        result = await store.condition.wait_for(enough)
        store.items -= count
        trace(f"took {count}: {show(result)}")


async def put(store, count):
    async with store.condition:
        store.items += count
        store.condition.notify_all()


async def end(store, tasks):
    for task in tasks:
        trace(await outcome(task))
    trace(f"items {store.items}, asked {store.asked}, locked {int(store.condition.locked())}")


async def true_at_once():
    store = Store()
    store.items = 3
    asyncio.get_running_loop().call_soon(trace, "another callback")
    await taker(store, 2)
    await end(store, [])


async def after_some_notifications():
    store = Store()
    task = asyncio.create_task(taker(store, 3), name="taker")
    for _ in range(4):
        await asyncio.sleep(1)
        await put(store, 1)
    await end(store, [task])


async def those_who_come_first_do_not_block_others():
    store = Store()
    tasks = [asyncio.create_task(taker(store, 3 - i), name=f"t{i}") for i in range(3)]
    for _ in range(6):
        await asyncio.sleep(1)
        await put(store, 1)
    await end(store, tasks)


async def without_the_lock():
    store = Store()
    trace(await outcome(store.condition.wait_for(lambda: 7)))
    trace(await outcome(store.condition.wait_for(lambda: 0)))


async def picky(store, number):
    def fails():
        if store.items == number:
            raise ScenarioError(number)
        return False

    async with store.condition:
        await store.condition.wait_for(fails)


async def a_predicate_that_fails():
    store = Store()
    tasks = [asyncio.create_task(picky(store, i), name=f"p{i}") for i in range(3)]
    for _ in range(2):
        await asyncio.sleep(1)
        await put(store, 1)
    await end(store, tasks)


async def cancelled():
    store = Store()
    tasks = [asyncio.create_task(taker(store, 1), name=f"t{i}") for i in range(3)]
    await asyncio.sleep(1)
    await put(store, 1)
    tasks[0].cancel()
    tasks[1].cancel()
    await end(store, tasks)


run(
    true_at_once,
    after_some_notifications,
    those_who_come_first_do_not_block_others,
    without_the_lock,
    a_predicate_that_fails,
    cancelled,
)
