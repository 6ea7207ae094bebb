# needs: 3.13
"""A queue that is shut down: puts fail, gets drain it, waiters find out."""

import asyncio

from queue_scenario import (
    finish,
    get,
    get_nowait,
    join_queue,
    put,
    put_nowait,
    start_getters,
    start_putters,
    state,
    task_done,
)
from scenario import outcome, run, trace


async def empty():
    queue = asyncio.Queue()
    queue.shutdown()
    get_nowait(queue)
    await outcome(get(queue))
    put_nowait(queue, 1)
    await outcome(put(queue, 2))
    state(queue)


async def drains():
    queue = asyncio.Queue()
    put_nowait(queue, 1)
    put_nowait(queue, 2)
    queue.shutdown()
    put_nowait(queue, 3)
    await outcome(put(queue, 4))
    await get(queue)
    get_nowait(queue)
    get_nowait(queue)
    await outcome(get(queue))
    task_done(queue)
    task_done(queue)
    await join_queue(queue)
    state(queue)


async def wakes_getters():
    queue = asyncio.Queue()
    getters = await start_getters(queue, 3)
    queue.shutdown()
    trace("it is shut down")
    await asyncio.sleep(0)
    await finish(getters)
    state(queue)


async def wakes_putters():
    queue = asyncio.Queue(1)
    put_nowait(queue, 9)
    putters = await start_putters(queue, 3)
    queue.shutdown()
    await asyncio.sleep(0)
    state(queue)
    get_nowait(queue)
    await outcome(get(queue))
    await finish(putters)
    state(queue)


async def after_a_wake():
    queue = asyncio.Queue()
    getters = await start_getters(queue, 3)
    put_nowait(queue, 1)
    queue.shutdown()
    await asyncio.sleep(0)
    await finish(getters)
    state(queue)


async def after_the_wake_of_a_putter():
    queue = asyncio.Queue(1)
    put_nowait(queue, 9)
    putters = await start_putters(queue, 2)
    get_nowait(queue)
    queue.shutdown()
    await asyncio.sleep(0)
    state(queue)
    get_nowait(queue)
    await finish(putters)
    state(queue)


async def with_a_cancel():
    queue = asyncio.Queue()
    getters = await start_getters(queue, 3)
    getters[1].cancel()
    queue.shutdown()
    await asyncio.sleep(0)
    await finish(getters)
    state(queue)


async def a_cancel_after_it():
    queue = asyncio.Queue(1)
    put_nowait(queue, 9)
    putters = await start_putters(queue, 3)
    queue.shutdown()
    putters[1].cancel()
    await asyncio.sleep(0)
    await finish(putters)
    state(queue)


async def joiners_wait_on():
    queue = asyncio.Queue()
    put_nowait(queue, 1)
    joiners = [asyncio.create_task(join_queue(queue), name=f"joiner-{i + 1}") for i in range(2)]
    await asyncio.sleep(0)
    queue.shutdown()
    await asyncio.sleep(0.5)
    get_nowait(queue)
    task_done(queue)
    await asyncio.sleep(0)
    await finish(joiners)
    state(queue)


async def twice():
    queue = asyncio.Queue()
    put_nowait(queue, 1)
    queue.shutdown()
    queue.shutdown()
    get_nowait(queue)
    get_nowait(queue)
    state(queue)


run(
    empty,
    drains,
    wakes_getters,
    wakes_putters,
    after_a_wake,
    after_the_wake_of_a_putter,
    with_a_cancel,
    a_cancel_after_it,
    joiners_wait_on,
    twice,
)
