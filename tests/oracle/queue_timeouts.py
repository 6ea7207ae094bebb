# needs: 3.13
"""Queues under timeouts, in groups and beside other waits, on a clock."""

import asyncio

from queue_scenario import get, put, state
from scenario import outcome, run, trace


async def wait_for_an_item():
    queue = asyncio.Queue()
    trace(await outcome(asyncio.wait_for(get(queue), 1)))
    asyncio.get_running_loop().call_later(0.5, queue.put_nowait, 7)
    trace(await outcome(asyncio.wait_for(get(queue), 1)))


async def an_item_comes_with_the_timeout():
    queue = asyncio.Queue()
    asyncio.get_running_loop().call_later(1, queue.put_nowait, 7)
    trace(await outcome(asyncio.wait_for(get(queue), 1)))
    await asyncio.sleep(0.5)
    state(queue)


async def wait_for_a_slot():
    queue = asyncio.Queue(1)
    await put(queue, 1)
    trace(await outcome(asyncio.wait_for(put(queue, 2), 1)))
    state(queue)


async def worker(queue, delay):
    while True:
        item = await queue.get()
        trace(f"works on {item}")
        await asyncio.sleep(delay)
        queue.task_done()


async def workers():
    queue = asyncio.Queue()
    for item in range(10):
        queue.put_nowait(item)
    tasks = [asyncio.create_task(worker(queue, 0.1 * (i + 1)), name=f"w{i}") for i in range(3)]
    await queue.join()
    trace("all done")
    for task in tasks:
        task.cancel()
    for task in tasks:
        trace(await outcome(task))


async def drain(queue):
    while True:
        try:
            item = await queue.get()
        except asyncio.QueueShutDown:
            trace("drained")
            return
        trace(f"item {item}")
        await asyncio.sleep(0.3)


async def produce(queue):
    for item in range(5):
        await queue.put(item)
        trace(f"put {item}")
    queue.shutdown()


async def group():
    queue = asyncio.Queue(2)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(drain(queue), name="c1")
        tasks.create_task(drain(queue), name="c2")
        tasks.create_task(produce(queue), name="p")
    state(queue)


run(
    wait_for_an_item,
    an_item_comes_with_the_timeout,
    wait_for_a_slot,
    workers,
    group,
)
