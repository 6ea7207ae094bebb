# needs: 3.13
"""Cancelled putters: nothing was put, and the slot goes to the next."""

import asyncio

from queue_scenario import (
    finish,
    get_nowait,
    put_nowait,
    start_putters,
    state,
)
from scenario import run


async def start_on_full(queue, count):
    """Fills the last slot, and starts putters that wait for another."""
    put_nowait(queue, 9)
    return await start_putters(queue, count)


async def get_by_iteration(queue, count):
    """Gets items, each an iteration later."""
    for _ in range(count):
        await asyncio.sleep(0)
        get_nowait(queue)


async def end(queue, putters):
    """Ends the putters, and shows what they leave."""
    await finish(putters)
    state(queue)


async def while_waiting():
    queue = asyncio.Queue(1)
    putters = await start_on_full(queue, 2)
    putters[0].cancel()
    get_nowait(queue)
    await asyncio.sleep(0)
    state(queue)
    get_nowait(queue)
    await end(queue, putters)


async def after_the_wake():
    queue = asyncio.Queue(1)
    putters = await start_on_full(queue, 2)
    get_nowait(queue)
    putters[0].cancel()
    await asyncio.sleep(0)
    state(queue)
    await asyncio.sleep(0)
    get_nowait(queue)
    await end(queue, putters)


async def after_the_wake_and_alone():
    queue = asyncio.Queue(1)
    putters = await start_on_full(queue, 1)
    get_nowait(queue)
    putters[0].cancel()
    await asyncio.sleep(0)
    state(queue)
    put_nowait(queue, 8)
    get_nowait(queue)
    await end(queue, putters)


async def after_the_wake_for_a_slot_that_is_gone():
    queue = asyncio.Queue(1)
    putters = await start_on_full(queue, 2)
    get_nowait(queue)
    put_nowait(queue, 8)
    putters[0].cancel()
    await get_by_iteration(queue, 2)
    await end(queue, putters)


async def before_the_wake_in_the_same_iteration():
    queue = asyncio.Queue(1)
    putters = await start_on_full(queue, 3)
    putters[0].cancel()
    putters[1].cancel()
    get_nowait(queue)
    await get_by_iteration(queue, 2)
    await end(queue, putters)


async def two_slots_two_cancels():
    queue = asyncio.Queue(2)
    put_nowait(queue, 8)
    putters = await start_on_full(queue, 4)
    get_nowait(queue)
    get_nowait(queue)
    putters[0].cancel()
    putters[1].cancel()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    state(queue)
    get_nowait(queue)
    get_nowait(queue)
    await end(queue, putters)


async def in_the_middle():
    queue = asyncio.Queue(1)
    putters = await start_on_full(queue, 3)
    putters[1].cancel()
    await get_by_iteration(queue, 3)
    await end(queue, putters)


run(
    while_waiting,
    after_the_wake,
    after_the_wake_and_alone,
    after_the_wake_for_a_slot_that_is_gone,
    before_the_wake_in_the_same_iteration,
    two_slots_two_cancels,
    in_the_middle,
)
