# needs: 3.13
"""Producers and consumers on a queue in a group: how they end, and how they are ended."""

import asyncio

from queue_scenario import state
from scenario import ScenarioError, outcome, run, show, trace


async def produce(queue, count):
    for item in range(count):
        await asyncio.sleep(0.1)
        await queue.put(item)
        trace(f"puts {item}")


async def consume(queue, delay, bad=-1):
    while True:
        item = await queue.get()
        try:
            await asyncio.sleep(delay)
            if item == bad:
                raise ScenarioError(item)
            trace(f"done with {item}")
        finally:
            queue.task_done()


async def joined_and_then_cancelled():
    queue = asyncio.Queue(2)
    async with asyncio.TaskGroup() as group:
        consumers = [group.create_task(consume(queue, 0.3), name=f"c{i}") for i in range(2)]
        producer = group.create_task(produce(queue, 5), name="p")
        await producer
        await queue.join()
        trace("joined")
        for consumer in consumers:
            consumer.cancel()
    state(queue)


async def a_consumer_fails():
    queue = asyncio.Queue(1)
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(consume(queue, 0.3, 2), name="c")
            group.create_task(produce(queue, 9), name="p")
    except BaseExceptionGroup as error:
        trace(show(error))
    state(queue)


async def a_limit_around_both():
    queue = asyncio.Queue(1)
    try:
        async with asyncio.timeout(1):
            async with asyncio.TaskGroup() as group:
                group.create_task(consume(queue, 0.4), name="c")
                group.create_task(produce(queue, 9), name="p")
    except TimeoutError:
        trace("too late")
    state(queue)


async def drain(queue, delay):
    try:
        await consume(queue, delay)
    except asyncio.QueueShutDown:
        trace("shut down")


async def shut_down_by_the_producer():
    queue = asyncio.Queue(2)

    async def produce_and_shut_down():
        await produce(queue, 4)
        queue.shutdown()

    async with asyncio.TaskGroup() as group:
        group.create_task(drain(queue, 0.25), name="c0")
        group.create_task(drain(queue, 0.35), name="c1")
        group.create_task(produce_and_shut_down(), name="p")
    state(queue)


async def the_join_is_limited():
    queue = asyncio.Queue()
    consumer = asyncio.create_task(consume(queue, 0.5), name="c")
    for item in range(4):
        queue.put_nowait(item)
    for _ in range(3):
        trace(f"join: {await outcome(asyncio.wait_for(queue.join(), 1))}")
    consumer.cancel()
    trace(await outcome(consumer))


run(
    joined_and_then_cancelled,
    a_consumer_fails,
    a_limit_around_both,
    shut_down_by_the_producer,
    the_join_is_limited,
)
