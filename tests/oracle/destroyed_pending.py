"""Tasks that are pending when their loop is closed are reported."""

import asyncio
import gc

from scenario import ScenarioError, new_loop, trace, run


def prepare():
    def handler(loop, context):
        about = context.get("task") or context.get("future")
        trace(f"handler: {context['message'].rstrip('!')} {about.get_name()}")

    loop = new_loop()
    loop.set_exception_handler(handler)
    return loop


def finish(loop, tasks):
    loop.stop()
    loop.run_forever()
    loop.close()
    while tasks:
        tasks.pop(0)
        gc.collect()
    trace("closed")


async def sleeper():
    trace("sleeps")
    await asyncio.sleep(5)


async def waiter(future):
    await future


async def nothing():
    trace("runs")


async def fails():
    raise ScenarioError(1)


def one_that_sleeps():
    loop = prepare()
    finish(loop, [loop.create_task(sleeper(), name="sleeper")])


def one_that_awaits_a_future():
    loop = prepare()
    finish(loop, [loop.create_task(waiter(loop.create_future()), name="waiter")])


def one_that_is_done():
    loop = prepare()
    finish(loop, [loop.create_task(nothing(), name="done")])


def one_that_failed():
    loop = prepare()
    finish(loop, [loop.create_task(fails(), name="failed")])


def one_of_each():
    loop = prepare()
    finish(loop, [loop.create_task(nothing(), name="done"),
                  loop.create_task(sleeper(), name="sleeper")])


def in_debug_mode():
    loop = prepare()
    loop.set_debug(True)
    finish(loop, [loop.create_task(sleeper(), name="sleeper")])


run(
    one_that_sleeps,
    one_that_awaits_a_future,
    one_that_is_done,
    one_that_failed,
    one_of_each,
    in_debug_mode,
)
