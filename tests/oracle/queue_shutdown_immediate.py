# needs: 3.13
"""A queue that is shut down at once: what is left is dropped and counts as done."""

import asyncio

from queue_scenario import (
    finish,
    get,
    get_nowait,
    join_queue,
    put_nowait,
    start_getters,
    start_putters,
    state,
    task_done,
)
from scenario import outcome, run


async def drops():
    queue = asyncio.Queue()
    put_nowait(queue, 1)
    put_nowait(queue, 2)
    put_nowait(queue, 3)
    queue.shutdown(immediate=True)
    state(queue)
    get_nowait(queue)
    await outcome(get(queue))
    put_nowait(queue, 4)
    task_done(queue)
    state(queue)


async def after_some_are_got():
    queue = asyncio.Queue()
    put_nowait(queue, 1)
    put_nowait(queue, 2)
    put_nowait(queue, 3)
    get_nowait(queue)
    queue.shutdown(immediate=True)
    joiners = [asyncio.create_task(join_queue(queue), name=f"joiner-{i + 1}") for i in range(1)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task_done(queue)
    await asyncio.sleep(0)
    task_done(queue)
    await finish(joiners)
    state(queue)


async def wakes_joiners():
    queue = asyncio.Queue()
    put_nowait(queue, 1)
    put_nowait(queue, 2)
    joiners = [asyncio.create_task(join_queue(queue), name=f"joiner-{i + 1}") for i in range(2)]
    await asyncio.sleep(0)
    queue.shutdown(immediate=True)
    await asyncio.sleep(0)
    await finish(joiners)
    state(queue)


async def wakes_getters():
    queue = asyncio.Queue()
    getters = await start_getters(queue, 3)
    put_nowait(queue, 1)
    queue.shutdown(immediate=True)
    await asyncio.sleep(0)
    state(queue)
    await finish(getters)
    state(queue)


async def wakes_putters():
    queue = asyncio.Queue(2)
    put_nowait(queue, 8)
    put_nowait(queue, 9)
    putters = await start_putters(queue, 3)
    queue.shutdown(immediate=True)
    await asyncio.sleep(0)
    state(queue)
    await finish(putters)
    state(queue)


async def after_the_gentle_way():
    queue = asyncio.Queue()
    put_nowait(queue, 1)
    put_nowait(queue, 2)
    joiners = [asyncio.create_task(join_queue(queue), name=f"joiner-{i + 1}") for i in range(1)]
    await asyncio.sleep(0)
    queue.shutdown()
    get_nowait(queue)
    queue.shutdown(immediate=True)
    await asyncio.sleep(0)
    task_done(queue)
    await asyncio.sleep(0)
    get_nowait(queue)
    await finish(joiners)
    state(queue)


async def more_done_than_dropped():
    queue = asyncio.Queue()
    put_nowait(queue, 1)
    put_nowait(queue, 2)
    task_done(queue)
    task_done(queue)
    queue.shutdown(immediate=True)
    task_done(queue)
    await join_queue(queue)
    state(queue)


run(
    drops,
    after_some_are_got,
    wakes_joiners,
    wakes_getters,
    wakes_putters,
    after_the_gentle_way,
    more_done_than_dropped,
)
