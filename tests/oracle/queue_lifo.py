# needs: 3.13
"""The newest item first."""

import asyncio

from queue_scenario import (
    finish,
    get,
    get_nowait,
    put_nowait,
    start_getters,
    start_putters,
    state,
)
from scenario import outcome, run


async def order():
    queue = asyncio.LifoQueue()
    put_nowait(queue, 1)
    put_nowait(queue, 3)
    put_nowait(queue, 2)
    get_nowait(queue)
    put_nowait(queue, 4)
    get_nowait(queue)
    get_nowait(queue)
    get_nowait(queue)
    get_nowait(queue)
    state(queue)


async def full():
    queue = asyncio.LifoQueue(2)
    put_nowait(queue, 1)
    put_nowait(queue, 2)
    put_nowait(queue, 3)
    state(queue)
    get_nowait(queue)
    put_nowait(queue, 3)
    get_nowait(queue)
    get_nowait(queue)
    state(queue)


async def getters_wait():
    queue = asyncio.LifoQueue()
    getters = await start_getters(queue, 2)
    put_nowait(queue, 1)
    put_nowait(queue, 2)
    await asyncio.sleep(0)
    await finish(getters)
    state(queue)


async def putters_wait():
    queue = asyncio.LifoQueue(1)
    putters = await start_putters(queue, 3)
    get_nowait(queue)
    await asyncio.sleep(0)
    get_nowait(queue)
    await asyncio.sleep(0)
    get_nowait(queue)
    await finish(putters)
    state(queue)


async def an_item_over_the_one_that_woke():
    queue = asyncio.LifoQueue()
    getters = await start_getters(queue, 1)
    put_nowait(queue, 1)
    put_nowait(queue, 2)
    await asyncio.sleep(0)
    get_nowait(queue)
    await finish(getters)
    state(queue)


async def shut_down():
    queue = asyncio.LifoQueue()
    put_nowait(queue, 1)
    put_nowait(queue, 2)
    queue.shutdown()
    get_nowait(queue)
    get_nowait(queue)
    get_nowait(queue)
    await outcome(get(queue))
    state(queue)


async def cancel_after_the_wake():
    queue = asyncio.LifoQueue()
    getters = await start_getters(queue, 2)
    put_nowait(queue, 1)
    put_nowait(queue, 2)
    getters[0].cancel()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await finish(getters)
    state(queue)


run(
    order,
    full,
    getters_wait,
    putters_wait,
    an_item_over_the_one_that_woke,
    shut_down,
    cancel_after_the_wake,
)
