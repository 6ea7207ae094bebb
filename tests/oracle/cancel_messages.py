"""The message of a cancel reaches the task, and whoever awaits it."""

import asyncio

from scenario import run, show_message, trace


async def sleeper():
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError as error:
        trace(f"interrupted: {show_message(error)}")
        raise


async def await_it(task):
    try:
        await task
    except asyncio.CancelledError as error:
        trace(f"awaited: {show_message(error)}")


async def to_a_sleeping_task():
    task = asyncio.create_task(sleeper(), name="t")
    await asyncio.sleep(1)
    task.cancel("go away")
    await await_it(task)


async def none():
    task = asyncio.create_task(sleeper(), name="t")
    await asyncio.sleep(1)
    task.cancel()
    await await_it(task)


async def before_the_first_step():
    task = asyncio.create_task(sleeper(), name="t")
    task.cancel("not even started")
    await await_it(task)


async def of_a_future():
    future = asyncio.get_running_loop().create_future()

    async def waiter():
        try:
            await future
        except asyncio.CancelledError as error:
            trace(f"interrupted: {show_message(error)}")
            raise

    task = asyncio.create_task(waiter(), name="t")
    await asyncio.sleep(0)
    future.cancel("the future is off")
    await await_it(task)


async def through_a_chain():
    async def link(inner):
        try:
            await inner
        except asyncio.CancelledError as error:
            trace(f"passes on: {show_message(error)}")
            raise

    tasks = [asyncio.create_task(sleeper(), name="t0")]
    for number in range(1, 4):
        tasks.append(asyncio.create_task(link(tasks[-1]), name=f"t{number}"))
    await asyncio.sleep(1)
    tasks[-1].cancel("from the top")
    await await_it(tasks[-1])


async def an_undelivered_one():
    async def body():
        asyncio.current_task().cancel("dropped the result")
        return 1

    await await_it(asyncio.create_task(body(), name="t"))


async def swallowed_then_cancelled_anew():
    async def body():
        for _ in range(2):
            try:
                await asyncio.sleep(10)
            except asyncio.CancelledError as error:
                trace(f"swallows: {show_message(error)}")
        await sleeper()

    task = asyncio.create_task(body(), name="t")
    for message in ("first", "second", "third"):
        await asyncio.sleep(1)
        task.cancel(message)
    await await_it(task)


run(
    to_a_sleeping_task,
    none,
    before_the_first_step,
    of_a_future,
    through_a_chain,
    an_undelivered_one,
    swallowed_then_cancelled_anew,
)
