# needs: 3.13
"""A queue with a limit: full queues, waiting putters, and one that is overtaken."""

import asyncio

from queue_scenario import (
    finish,
    get_nowait,
    put_nowait,
    start_getters,
    start_putters,
    state,
)
from scenario import run


async def full():
    queue = asyncio.Queue(2)
    put_nowait(queue, 1)
    state(queue)
    put_nowait(queue, 2)
    state(queue)
    put_nowait(queue, 3)
    get_nowait(queue)
    put_nowait(queue, 4)
    state(queue)
    get_nowait(queue)
    get_nowait(queue)
    get_nowait(queue)
    state(queue)


async def a_negative_size_is_no_limit():
    queue = asyncio.Queue(-1)
    put_nowait(queue, 1)
    put_nowait(queue, 2)
    put_nowait(queue, 3)
    state(queue)
    get_nowait(queue)
    get_nowait(queue)
    get_nowait(queue)
    state(queue)


async def a_putter_waits():
    queue = asyncio.Queue(1)
    putters = await start_putters(queue, 2)
    state(queue)
    await asyncio.sleep(0.5)
    get_nowait(queue)
    state(queue)
    await asyncio.sleep(0)
    state(queue)
    get_nowait(queue)
    await finish(putters)
    state(queue)


async def putters_are_served_in_order():
    queue = asyncio.Queue(1)
    putters = await start_putters(queue, 4)
    get_nowait(queue)
    await asyncio.sleep(0)
    get_nowait(queue)
    await asyncio.sleep(0)
    get_nowait(queue)
    await asyncio.sleep(0)
    get_nowait(queue)
    await finish(putters)
    state(queue)


async def a_woken_putter_is_overtaken():
    queue = asyncio.Queue(1)
    putters = await start_putters(queue, 3)
    get_nowait(queue)
    put_nowait(queue, 9)
    await asyncio.sleep(0)
    get_nowait(queue)
    await asyncio.sleep(0)
    get_nowait(queue)
    await asyncio.sleep(0)
    get_nowait(queue)
    await finish(putters)
    state(queue)


async def getters_and_putters():
    queue = asyncio.Queue(1)
    putters = await start_putters(queue, 3)
    getters = await start_getters(queue, 5)
    await asyncio.sleep(0)
    state(queue)
    put_nowait(queue, 8)
    await asyncio.sleep(0)
    put_nowait(queue, 9)
    await finish(putters)
    await finish(getters)
    state(queue)


async def two_slots_at_once():
    queue = asyncio.Queue(2)
    putters = await start_putters(queue, 5)
    get_nowait(queue)
    get_nowait(queue)
    await asyncio.sleep(0)
    state(queue)
    get_nowait(queue)
    get_nowait(queue)
    await asyncio.sleep(0)
    get_nowait(queue)
    await finish(putters)
    state(queue)


run(
    full,
    a_negative_size_is_no_limit,
    a_putter_waits,
    putters_are_served_in_order,
    a_woken_putter_is_overtaken,
    getters_and_putters,
    two_slots_at_once,
)
