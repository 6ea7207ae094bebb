# needs: 3.12
"""The message of a cancel on its way through tasks, futures and limits."""

import asyncio

from scenario import run, show_message, trace


async def sleeper():
    try:
        await asyncio.sleep(5)
    except asyncio.CancelledError as error:
        trace(show_message(error))
        raise


async def awaits(awaitable):
    try:
        await awaitable
    except asyncio.CancelledError as error:
        trace(show_message(error))
        raise


def spawn(name, coroutine):
    return asyncio.create_task(coroutine, name=name)


async def end(task):
    try:
        await task
    except asyncio.CancelledError as error:
        trace(show_message(error))


async def through_three_tasks():
    inner = spawn("inner", sleeper())
    middle = spawn("middle", awaits(inner))
    outer = spawn("outer", awaits(middle))
    await asyncio.sleep(1)
    outer.cancel("stop")
    await end(outer)


async def from_the_innermost():
    inner = spawn("inner", sleeper())
    outer = spawn("outer", awaits(inner))
    await asyncio.sleep(1)
    inner.cancel("stop")
    await end(outer)


async def through_a_future():
    future = asyncio.get_running_loop().create_future()
    tasks = [spawn(name, awaits(future)) for name in "ab"]
    await asyncio.sleep(1)
    future.cancel("stop")
    for task in tasks:
        await end(task)


async def two_messages_before_the_delivery():
    task = spawn("t", sleeper())
    await asyncio.sleep(1)
    task.cancel("first")
    task.cancel("second")
    await end(task)


async def before_the_first_step():
    task = spawn("t", sleeper())
    task.cancel("early")
    await end(task)


async def one_without_after_one_with():
    task = spawn("t", sleeper())
    task.cancel("first")
    task.cancel()
    await end(task)


async def waits_for(delay):
    try:
        await asyncio.wait_for(sleeper(), delay)
    except asyncio.CancelledError as error:
        trace(show_message(error))
        raise


async def through_wait_for():
    task = spawn("t", waits_for(5))
    await asyncio.sleep(1)
    task.cancel("stop")
    await end(task)


async def replaced_in_the_middle():
    async def body():
        try:
            await asyncio.sleep(5)
        except asyncio.CancelledError as error:
            trace(show_message(error))
        asyncio.current_task().cancel("mine")
        await asyncio.sleep(5)

    task = spawn("t", body())
    await asyncio.sleep(1)
    task.cancel("yours")
    await end(task)


run(
    through_three_tasks,
    from_the_innermost,
    through_a_future,
    two_messages_before_the_delivery,
    before_the_first_step,
    one_without_after_one_with,
    through_wait_for,
    replaced_in_the_middle,
)
