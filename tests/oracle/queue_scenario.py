"""What the scenarios of queues share; queue_scenario.h is the same for the C half."""

import asyncio

from scenario import show, trace


async def get(queue):
    try:
        item = await queue.get()
    except BaseException as error:
        trace(f"get: {show(error)}")
        raise
    trace(f"get: {item}")


async def put(queue, item):
    try:
        await queue.put(item)
    except BaseException as error:
        trace(f"put {item}: {show(error)}")
        raise
    trace(f"put {item}: 0")


async def join_queue(queue):
    try:
        await queue.join()
    except BaseException as error:
        trace(f"join: {show(error)}")
        raise
    trace("join: 0")


def get_nowait(queue):
    try:
        trace(f"get_nowait: {queue.get_nowait()}")
    except Exception as error:
        trace(f"get_nowait: {show(error)}")


def put_nowait(queue, item):
    try:
        trace(f"put_nowait {item}: {show(queue.put_nowait(item))}")
    except Exception as error:
        trace(f"put_nowait {item}: {show(error)}")


def task_done(queue):
    try:
        trace(f"task_done: {show(queue.task_done())}")
    except Exception as error:
        trace(f"task_done: {show(error)}")


def state(queue):
    trace(f"size {queue.qsize()}, empty {int(queue.empty())}, full {int(queue.full())}")


async def start_getters(queue, count):
    """Starts getters and lets them begin."""
    tasks = [asyncio.create_task(get(queue), name=f"getter-{i + 1}") for i in range(count)]
    await asyncio.sleep(0)
    return tasks


async def start_putters(queue, count):
    """The same with putters of 1, 2, ..."""
    tasks = [asyncio.create_task(put(queue, i + 1), name=f"putter-{i + 1}") for i in range(count)]
    await asyncio.sleep(0)
    return tasks


async def finish(tasks):
    """Lets everybody run who can, then cancels and awaits the tasks."""
    await asyncio.sleep(1)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
