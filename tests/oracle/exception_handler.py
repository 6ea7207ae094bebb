"""Errors that nobody waits for reach the loop's handler when their future is dropped."""

import asyncio

from scenario import ScenarioError, outcome, result, run, show, trace


def set_handler():
    def handler(loop, context):
        about = context.get("future") or context.get("task")
        is_task = isinstance(about, asyncio.Task)
        owner = f" of {about.get_name()}" if is_task else ""
        trace(f"handler: {show(context.get('exception'))}{owner}")

    asyncio.get_running_loop().set_exception_handler(handler)


async def fails(delay, number):
    await asyncio.sleep(delay)
    trace("fails")
    raise ScenarioError(number)


async def called_at_once():
    set_handler()
    loop = asyncio.get_running_loop()
    loop.call_soon(trace, "soon")
    loop.call_exception_handler({"message": "by hand", "exception": ScenarioError(1)})
    trace("goes on")
    await asyncio.sleep(0)


async def a_dropped_task():
    set_handler()
    task = asyncio.create_task(fails(1, 2), name="bad")
    await asyncio.sleep(2)
    trace("drops it")
    del task
    trace("dropped")


async def in_the_order_of_dropping():
    set_handler()
    tasks = [asyncio.create_task(fails(1, number), name=f"bad-{number}") for number in range(1, 4)]
    await asyncio.sleep(2)
    for number in (2, 0, 0):
        tasks.pop(number)
        trace("dropped one")


async def one_whose_error_was_read():
    set_handler()
    tasks = [asyncio.create_task(fails(1, number), name=f"bad-{number}") for number in range(1, 4)]
    await asyncio.sleep(2)
    trace(result(tasks[0]))
    trace(show(tasks[1].exception()))
    trace(await outcome(tasks[2]))
    tasks.clear()
    trace("dropped without a report")


async def one_that_was_cancelled():
    set_handler()
    task = asyncio.create_task(fails(5, 1), name="gone")
    await asyncio.sleep(1)
    task.cancel()
    await asyncio.sleep(1)
    del task
    trace("dropped without a report")


async def a_dropped_future():
    set_handler()
    future = asyncio.get_running_loop().create_future()
    future.set_exception(ScenarioError(4))
    trace("drops it")
    del future
    other = asyncio.get_running_loop().create_future()
    other.set_result(None)
    del other
    trace("dropped both")


async def no_handler_any_more():
    set_handler()
    loop = asyncio.get_running_loop()
    loop.call_exception_handler({"message": "first", "exception": ScenarioError(5)})
    loop.set_exception_handler(None)
    trace(f"handler {int(loop.get_exception_handler() is not None)}")
    set_handler()
    trace(f"handler {int(loop.get_exception_handler() is not None)}")
    loop.call_exception_handler({"message": "second"})


async def gathered_failures_count_as_read():
    set_handler()
    tasks = [asyncio.create_task(fails(number, number), name=f"bad-{number}") for number in (1, 2)]
    gathered = asyncio.gather(*tasks)
    trace(await outcome(gathered))
    await asyncio.sleep(2)
    tasks.clear()
    del gathered
    trace("dropped without a report")


run(
    called_at_once,
    a_dropped_task,
    in_the_order_of_dropping,
    one_whose_error_was_read,
    one_that_was_cancelled,
    a_dropped_future,
    no_handler_any_more,
    gathered_failures_count_as_read,
)
