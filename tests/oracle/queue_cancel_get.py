# needs: 3.13
"""Cancelled getters: a wake that cannot be used goes to the next."""

import asyncio

from queue_scenario import (
    finish,
    get_nowait,
    put_nowait,
    start_getters,
    state,
)
from scenario import run


async def while_waiting():
    queue = asyncio.Queue()
    getters = await start_getters(queue, 2)
    getters[0].cancel()
    put_nowait(queue, 1)
    await asyncio.sleep(0)
    state(queue)
    await finish(getters)
    state(queue)


async def after_the_wake():
    queue = asyncio.Queue()
    getters = await start_getters(queue, 2)
    put_nowait(queue, 1)
    getters[0].cancel()
    await asyncio.sleep(0)
    state(queue)
    await asyncio.sleep(0)
    await finish(getters)
    state(queue)


async def after_the_wake_and_alone():
    queue = asyncio.Queue()
    getters = await start_getters(queue, 1)
    put_nowait(queue, 1)
    getters[0].cancel()
    await asyncio.sleep(0)
    state(queue)
    get_nowait(queue)
    await finish(getters)
    state(queue)


async def after_the_wake_of_an_item_that_is_gone():
    queue = asyncio.Queue()
    getters = await start_getters(queue, 2)
    put_nowait(queue, 1)
    getters[0].cancel()
    get_nowait(queue)
    await asyncio.sleep(0)
    put_nowait(queue, 2)
    await finish(getters)
    state(queue)


async def before_the_wake_in_the_same_iteration():
    queue = asyncio.Queue()
    getters = await start_getters(queue, 3)
    getters[0].cancel()
    getters[1].cancel()
    put_nowait(queue, 1)
    await asyncio.sleep(0)
    put_nowait(queue, 2)
    await finish(getters)
    state(queue)


async def two_wakes_two_cancels():
    queue = asyncio.Queue()
    getters = await start_getters(queue, 4)
    put_nowait(queue, 1)
    put_nowait(queue, 2)
    getters[0].cancel()
    getters[1].cancel()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    state(queue)
    await finish(getters)
    state(queue)


async def in_the_middle():
    queue = asyncio.Queue()
    getters = await start_getters(queue, 3)
    getters[1].cancel()
    await asyncio.sleep(0)
    put_nowait(queue, 1)
    put_nowait(queue, 2)
    put_nowait(queue, 3)
    await finish(getters)
    state(queue)


run(
    while_waiting,
    after_the_wake,
    after_the_wake_and_alone,
    after_the_wake_of_an_item_that_is_gone,
    before_the_wake_in_the_same_iteration,
    two_wakes_two_cancels,
    in_the_middle,
)
