"""Generators that nobody has finished, and the closing of all of a loop's."""

import asyncio

from scenario import ScenarioError, item, outcome, run, show, trace

kept = []


def keep(generator):
    kept.append(generator)
    return generator


async def careful(name, delay, error):
    try:
        for i in range(10):
            yield i
    finally:
        asyncio.current_task().set_name(f"closes-{name}")
        trace("begins to clean up")
        try:
            await asyncio.sleep(delay)
            trace("cleaned up")
        except asyncio.CancelledError:
            trace("cancelled")
            raise
        if error:
            raise ScenarioError(error)


def on_error(loop, context):
    trace(f"{context['message'].split(' <')[0]}: {show(context['exception'])}")


async def shut_down():
    await asyncio.get_running_loop().shutdown_asyncgens()


async def left_to_the_runner():
    first = keep(careful("first", 0.2, 0))
    second = keep(careful("second", 0.1, 0))
    trace(await item(anext(second)))
    trace(await item(anext(first)))
    trace("main ends")


async def closed_in_the_middle():
    first = keep(careful("first", 0.2, 0))
    trace(await item(anext(first)))
    trace(await item(anext(first)))
    await shut_down()
    trace("shut down")
    trace(await item(anext(first)))
    trace(await item(first.aclose()))
    trace(await item(first.athrow(ScenarioError(1))))


async def nothing_to_close():
    first = keep(careful("first", 0.2, 0))
    second = keep(careful("second", 0.1, 0))
    trace(await item(anext(second)))
    trace(await item(second.aclose()))
    await shut_down()
    trace("shut down")
    trace(await item(first.aclose()))


async def an_error_is_reported():
    asyncio.get_running_loop().set_exception_handler(on_error)
    fails = keep(careful("fails", 0.1, 4))
    trace(await item(anext(fails)))
    await shut_down()
    trace("shut down")


async def while_one_runs():
    asyncio.get_running_loop().set_exception_handler(on_error)
    slow = keep(naps())
    task = asyncio.create_task(ask(slow), name="asks")
    await asyncio.sleep(0.5)
    await shut_down()
    trace("shut down")
    await task
    trace(await item(anext(slow)))


async def naps():
    await asyncio.sleep(1)
    yield 1


async def ask(generator):
    trace(await item(anext(generator)))


async def cancelled_meanwhile():
    first = keep(careful("first", 1, 0))
    trace(await item(anext(first)))
    task = asyncio.create_task(shut_down(), name="shuts-down")
    await asyncio.sleep(0.5)
    trace("cancels")
    task.cancel()
    trace(await outcome(task))


async def twice():
    first = keep(careful("first", 0.1, 0))
    trace(await item(anext(first)))
    await shut_down()
    await shut_down()
    trace("shut down twice")


run(
    left_to_the_runner,
    closed_in_the_middle,
    nothing_to_close,
    an_error_is_reported,
    while_one_runs,
    cancelled_meanwhile,
    twice,
)
