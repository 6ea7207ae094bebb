# needs: 3.13
"""Waiting until the work on all items is done."""

import asyncio

from queue_scenario import (
    finish,
    get_nowait,
    join_queue,
    put_nowait,
    state,
    task_done,
)
from scenario import run, trace


async def nothing_to_do():
    queue = asyncio.Queue()
    await join_queue(queue)
    state(queue)


async def too_often():
    queue = asyncio.Queue()
    task_done(queue)
    put_nowait(queue, 1)
    task_done(queue)
    task_done(queue)
    state(queue)


async def done_before_got():
    queue = asyncio.Queue()
    put_nowait(queue, 1)
    task_done(queue)
    await join_queue(queue)
    get_nowait(queue)
    task_done(queue)
    state(queue)


async def joiners_wait():
    queue = asyncio.Queue()
    put_nowait(queue, 1)
    put_nowait(queue, 2)
    joiners = [asyncio.create_task(join_queue(queue), name=f"joiner-{i + 1}") for i in range(3)]
    await asyncio.sleep(0)
    get_nowait(queue)
    get_nowait(queue)
    task_done(queue)
    await asyncio.sleep(0.5)
    task_done(queue)
    trace("both are done")
    await asyncio.sleep(0)
    await finish(joiners)
    state(queue)


async def a_new_item_after_the_wake():
    queue = asyncio.Queue()
    put_nowait(queue, 1)
    joiners = [asyncio.create_task(join_queue(queue), name=f"joiner-{i + 1}") for i in range(2)]
    await asyncio.sleep(0)
    task_done(queue)
    put_nowait(queue, 2)
    await asyncio.sleep(0)
    task_done(queue)
    task_done(queue)
    await finish(joiners)
    state(queue)


async def a_joiner_is_cancelled():
    queue = asyncio.Queue()
    put_nowait(queue, 1)
    joiners = [asyncio.create_task(join_queue(queue), name=f"joiner-{i + 1}") for i in range(3)]
    await asyncio.sleep(0)
    joiners[1].cancel()
    await asyncio.sleep(0)
    task_done(queue)
    await asyncio.sleep(0)
    await finish(joiners)
    state(queue)


async def cancelled_after_the_wake():
    queue = asyncio.Queue()
    put_nowait(queue, 1)
    joiners = [asyncio.create_task(join_queue(queue), name=f"joiner-{i + 1}") for i in range(2)]
    await asyncio.sleep(0)
    task_done(queue)
    joiners[0].cancel()
    await asyncio.sleep(0)
    await finish(joiners)
    state(queue)


async def two_rounds():
    queue = asyncio.Queue()
    put_nowait(queue, 1)
    joiners = [asyncio.create_task(join_queue(queue), name=f"joiner-{i + 1}") for i in range(1)]
    await asyncio.sleep(0)
    task_done(queue)
    await asyncio.sleep(0)
    put_nowait(queue, 2)
    task_done(queue)
    await join_queue(queue)
    await finish(joiners)
    state(queue)


run(
    nothing_to_do,
    too_often,
    done_before_got,
    joiners_wait,
    a_new_item_after_the_wake,
    a_joiner_is_cancelled,
    cancelled_after_the_wake,
    two_rounds,
)
