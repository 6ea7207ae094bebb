# needs: 3.13
"""Queues where an item, a timeout and a cancel meet: no item is lost and none is given twice."""

import asyncio

from queue_scenario import get, put, state
from scenario import outcome, run, trace


def spawn(name, coroutine):
    return asyncio.create_task(coroutine, name=name)


async def finish(queue, tasks):
    for task in tasks:
        await outcome(task)
    state(queue)


async def the_first_getter_times_out():
    queue = asyncio.Queue()
    tasks = [spawn("a", asyncio.wait_for(get(queue), 1)), spawn("b", get(queue))]
    asyncio.get_running_loop().call_later(2, queue.put_nowait, 1)
    await finish(queue, tasks)


async def an_item_as_the_first_getter_times_out():
    queue = asyncio.Queue()
    tasks = [spawn("a", asyncio.wait_for(get(queue), 1)), spawn("b", get(queue))]
    await asyncio.sleep(0)
    asyncio.get_running_loop().call_later(1, queue.put_nowait, 1)
    await asyncio.sleep(2)
    queue.put_nowait(2)
    await finish(queue, tasks)


async def put_and_cancelled_at_once():
    queue = asyncio.Queue()
    tasks = [spawn("a", get(queue)), spawn("b", get(queue))]
    await asyncio.sleep(0)
    queue.put_nowait(1)
    tasks[0].cancel()
    await finish(queue, tasks)


async def cancelled_and_put_at_once():
    queue = asyncio.Queue()
    tasks = [spawn("a", get(queue)), spawn("b", get(queue))]
    await asyncio.sleep(0)
    tasks[0].cancel()
    queue.put_nowait(1)
    await finish(queue, tasks)


async def two_items_and_both_cancelled():
    queue = asyncio.Queue()
    tasks = [spawn(name, get(queue)) for name in "abc"]
    await asyncio.sleep(0)
    queue.put_nowait(1)
    queue.put_nowait(2)
    tasks[0].cancel()
    tasks[1].cancel()
    await finish(queue, tasks)


async def the_first_putter_times_out():
    queue = asyncio.Queue(1)
    await put(queue, 0)
    tasks = [spawn("a", asyncio.wait_for(put(queue, 1), 1)), spawn("b", put(queue, 2))]
    await asyncio.sleep(2)
    trace(f"got {queue.get_nowait()}")
    await finish(queue, tasks)
    trace(f"got {queue.get_nowait()}")


async def a_slot_and_a_cancel_at_once():
    queue = asyncio.Queue(1)
    await put(queue, 0)
    tasks = [spawn("a", put(queue, 1)), spawn("b", put(queue, 2))]
    await asyncio.sleep(0)
    trace(f"got {queue.get_nowait()}")
    tasks[0].cancel()
    await finish(queue, tasks)
    trace(f"got {queue.get_nowait()}")


async def one_task_gets_from_two_queues():
    queues = [asyncio.Queue(), asyncio.Queue()]
    tasks = [spawn(f"g{i}", queue.get()) for i, queue in enumerate(queues)]
    asyncio.get_running_loop().call_later(1, queues[1].put_nowait, 5)
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    trace(f"{len(done)} {len(pending)}: {await outcome(tasks[1])}")
    tasks[0].cancel()
    queues[0].put_nowait(6)
    trace(await outcome(tasks[0]))
    state(queues[0])


run(
    the_first_getter_times_out,
    an_item_as_the_first_getter_times_out,
    put_and_cancelled_at_once,
    cancelled_and_put_at_once,
    two_items_and_both_cancelled,
    the_first_putter_times_out,
    a_slot_and_a_cancel_at_once,
    one_task_gets_from_two_queues,
)
