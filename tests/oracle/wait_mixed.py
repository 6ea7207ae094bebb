"""Waits over tasks and futures together, the same ones in several waits, and waits that end."""

import asyncio

from scenario import ScenarioError, outcome, run, trace


def create():
    return asyncio.get_running_loop().create_future()


async def body(delay, value):
    await asyncio.sleep(delay)
    if value < 0:
        raise ScenarioError(-value)
    return value


def spawn(name, delay, value):
    return asyncio.create_task(body(delay, value), name=name)


def flags(futures):
    return " ".join(str(int(future.done())) for future in futures)


async def wait(futures, **options):
    done, pending = await asyncio.wait(futures, **options)
    trace(f"{len(done)} of {len(done) + len(pending)}: {flags(futures)}")


async def a_task_and_a_future():
    loop = asyncio.get_running_loop()
    futures = [spawn("t", 0.2, 1), create()]
    loop.call_later(0.1, futures[1].set_result, None)
    await wait(futures, return_when=asyncio.FIRST_COMPLETED)
    await wait(futures)


async def duplicates_of_both():
    task, future = spawn("t", 0.1, 1), create()
    asyncio.get_running_loop().call_later(0.2, future.set_result, None)
    done, pending = await asyncio.wait([task, future, task, future, future])
    trace(f"{len(done)} {len(pending)}")


async def waiter(futures, when):
    await wait(futures, return_when=when)


async def several_waits_for_the_same():
    futures = [spawn("a", 0.1, 1), spawn("b", 0.2, -2), spawn("c", 0.3, 3)]
    modes = (asyncio.FIRST_COMPLETED, asyncio.FIRST_EXCEPTION, asyncio.ALL_COMPLETED)
    tasks = [asyncio.create_task(waiter(futures, when), name=when.lower()) for when in modes]
    for task in tasks:
        await task
    trace(await outcome(futures[1]))


async def a_future_that_is_set_with_an_error():
    loop = asyncio.get_running_loop()
    futures = [create(), spawn("t", 0.2, 1)]
    loop.call_later(0.1, futures[0].set_exception, ScenarioError(1))
    await wait(futures, return_when=asyncio.FIRST_EXCEPTION)
    trace(await outcome(futures[0]))
    await wait(futures, return_when=asyncio.FIRST_EXCEPTION)


async def one_cancelled_while_waited_for():
    loop = asyncio.get_running_loop()
    futures = [spawn("t", 5, 1), create(), spawn("u", 0.3, 1)]
    loop.call_later(0.1, futures[0].cancel)
    loop.call_later(0.2, futures[1].cancel)
    await wait(futures, return_when=asyncio.FIRST_EXCEPTION)


async def a_wait_in_a_timeout():
    futures = [create(), spawn("t", 0.1, 1)]
    try:
        async with asyncio.timeout(0.5):
            await wait(futures)
    except TimeoutError:
        trace("too late")
    trace(flags(futures))
    futures[0].set_result(None)
    await wait(futures)


async def both_limits_at_once():
    futures = [create()]
    try:
        async with asyncio.timeout(0.5):
            await wait(futures, timeout=0.5)
            trace("the wait was first")
    except TimeoutError:
        trace("too late")
    futures[0].cancel()


async def cancelled_and_waited_for_again():
    future = create()
    task = asyncio.create_task(waiter([future], asyncio.ALL_COMPLETED), name="w")
    await asyncio.sleep(0.1)
    task.cancel()
    trace(await outcome(task))
    trace(f"done {int(future.done())}")
    future.set_result(None)
    await wait([future])


run(
    a_task_and_a_future,
    duplicates_of_both,
    several_waits_for_the_same,
    a_future_that_is_set_with_an_error,
    one_cancelled_while_waited_for,
    a_wait_in_a_timeout,
    both_limits_at_once,
    cancelled_and_waited_for_again,
)
