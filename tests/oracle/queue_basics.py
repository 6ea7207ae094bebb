# needs: 3.13
"""A queue without a limit: order, waiting getters, and one that is overtaken."""

import asyncio

from queue_scenario import (
    finish,
    get,
    get_nowait,
    put,
    put_nowait,
    start_getters,
    state,
)
from scenario import run


async def first_in_first_out():
    queue = asyncio.Queue()
    state(queue)
    put_nowait(queue, 3)
    put_nowait(queue, 1)
    put_nowait(queue, 2)
    state(queue)
    get_nowait(queue)
    get_nowait(queue)
    get_nowait(queue)
    get_nowait(queue)
    state(queue)


async def a_put_that_has_room_does_not_wait():
    queue = asyncio.Queue()
    await put(queue, 1)
    await put(queue, 2)
    await get(queue)
    await get(queue)
    state(queue)


async def a_getter_waits():
    queue = asyncio.Queue()
    getters = await start_getters(queue, 1)
    state(queue)
    await asyncio.sleep(0.5)
    put_nowait(queue, 7)
    state(queue)
    await asyncio.sleep(0)
    state(queue)
    await finish(getters)
    state(queue)


async def getters_are_served_in_order():
    queue = asyncio.Queue()
    getters = await start_getters(queue, 3)
    put_nowait(queue, 1)
    put_nowait(queue, 2)
    await asyncio.sleep(0)
    put_nowait(queue, 3)
    await finish(getters)
    state(queue)


async def a_woken_getter_is_overtaken():
    queue = asyncio.Queue()
    getters = await start_getters(queue, 2)
    put_nowait(queue, 1)
    get_nowait(queue)
    await asyncio.sleep(0)
    put_nowait(queue, 2)
    await asyncio.sleep(0)
    put_nowait(queue, 3)
    await finish(getters)
    state(queue)


async def overtaken_by_a_task():
    queue = asyncio.Queue()
    first = await start_getters(queue, 1)
    put_nowait(queue, 1)
    await get(queue)
    await asyncio.sleep(0)
    second = await start_getters(queue, 1)
    put_nowait(queue, 2)
    put_nowait(queue, 3)
    await finish(first)
    await finish(second)
    state(queue)


async def one_wake_for_each_put():
    queue = asyncio.Queue()
    getters = await start_getters(queue, 4)
    put_nowait(queue, 1)
    put_nowait(queue, 2)
    put_nowait(queue, 3)
    get_nowait(queue)
    get_nowait(queue)
    await asyncio.sleep(0)
    put_nowait(queue, 4)
    put_nowait(queue, 5)
    await finish(getters)
    state(queue)


run(
    first_in_first_out,
    a_put_that_has_room_does_not_wait,
    a_getter_waits,
    getters_are_served_in_order,
    a_woken_getter_is_overtaken,
    overtaken_by_a_task,
    one_wake_for_each_put,
)
