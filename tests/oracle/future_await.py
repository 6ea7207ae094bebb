"""Waiters of a future resume in the order in which they came, one iteration after it is done."""

import asyncio

from scenario import ScenarioError, outcome, run, trace


async def waiter(future):
    trace("waits")
    trace(f"woke: {await outcome(future)}")


def start(future, count):
    return [asyncio.create_task(waiter(future), name=f"w{number}") for number in range(count)]


async def the_setter_goes_on_first():
    loop = asyncio.get_running_loop()
    future = loop.create_future()

    async def setter():
        await asyncio.sleep(2)
        future.set_result(None)
        trace("has set the future")

    task = asyncio.create_task(setter(), name="setter")
    await future
    trace("received it")
    await task


async def waiters_in_order():
    future = asyncio.get_running_loop().create_future()
    tasks = start(future, 3)
    await asyncio.sleep(1)
    future.set_result(None)
    trace("set")
    for task in tasks:
        await task
    trace("done")


async def an_error_reaches_every_waiter():
    future = asyncio.get_running_loop().create_future()
    tasks = start(future, 3)
    await asyncio.sleep(0)
    future.set_exception(ScenarioError(2))
    for task in tasks:
        await task
    trace("done")


async def cancelling_the_future_cancels_its_waiters():
    future = asyncio.get_running_loop().create_future()
    tasks = start(future, 2)
    await asyncio.sleep(0)
    future.cancel()
    trace("cancelled the future")
    for task in tasks:
        await task
        trace(f"task cancelled {int(task.cancelled())}, cancelling {task.cancelling()}")


async def cancelling_a_waiter_cancels_the_future():
    future = asyncio.get_running_loop().create_future()
    tasks = start(future, 3)
    await asyncio.sleep(0)
    tasks[1].cancel()
    trace(f"future cancelled {int(future.cancelled())}")
    for task in tasks:
        await task
    trace("done")


async def a_done_future_does_not_suspend():
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    future.set_result(None)
    loop.call_soon(trace, "soon")
    for turn in range(3):
        await future
        trace(f"turn {turn}")
    failed = loop.create_future()
    failed.set_exception(ScenarioError(3))
    trace(await outcome(failed))
    cancelled = loop.create_future()
    cancelled.cancel()
    trace(await outcome(cancelled))
    trace("has not suspended so far")
    await asyncio.sleep(0)
    trace("done")


async def callbacks_and_waiters_share_the_order():
    future = asyncio.get_running_loop().create_future()
    future.add_done_callback(lambda _: trace("callback before"))
    task = asyncio.create_task(waiter(future), name="w")
    await asyncio.sleep(0)
    future.add_done_callback(lambda _: trace("callback behind"))
    future.set_result(None)
    await task
    trace("done")


async def a_chain_of_futures():
    loop = asyncio.get_running_loop()
    futures = [loop.create_future() for _ in range(4)]

    async def link(number):
        await futures[number]
        trace(f"link {number}")
        futures[number + 1].set_result(None)

    tasks = [asyncio.create_task(link(number), name=f"link-{number}") for number in range(3)]
    await asyncio.sleep(0)
    futures[0].set_result(None)
    await futures[3]
    trace("the end of the chain")
    for task in tasks:
        await task


run(
    the_setter_goes_on_first,
    waiters_in_order,
    an_error_reaches_every_waiter,
    cancelling_the_future_cancels_its_waiters,
    cancelling_a_waiter_cancels_the_future,
    a_done_future_does_not_suspend,
    callbacks_and_waiters_share_the_order,
    a_chain_of_futures,
)
