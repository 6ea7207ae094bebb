"""In debug mode slow steps and callbacks are reported; with a limit of 0 every one of them is."""

import asyncio
import logging
import re

from scenario import run, trace

KNOWN = {"tick", "tock", "done"}


class Report(logging.Handler):
    def emit(self, record):
        text = record.getMessage()
        if not text.startswith("Executing "):
            return
        name = re.search(r"name='([^']*)'", text) or re.search(r"([a-z]+)\(", text)
        is_task = "Task" in text
        if is_task and re.fullmatch(r"main|worker.*", name.group(1)):
            trace(f"slow task {name.group(1)}")
        elif not is_task and name.group(1) in KNOWN:
            trace(f"slow callback {name.group(1)}")


logger = logging.getLogger("asyncio")
logger.addHandler(Report())
logger.propagate = False


def tick():
    trace("tick")


def tock():
    trace("tock")


def done(future):
    trace("done")


async def worker(delay):
    await asyncio.sleep(0)
    trace("works")
    await asyncio.sleep(delay)


def begin(limit):
    loop = asyncio.get_running_loop()
    loop.set_debug(True)
    loop.slow_callback_duration = limit
    return loop


async def steps():
    begin(0)
    tasks = [asyncio.create_task(worker(number), name=f"worker-{number}") for number in (2, 1)]
    for task in tasks:
        await task


async def callbacks():
    loop = begin(0)
    loop.call_soon(tick)
    loop.call_later(1, tock)
    future = loop.create_future()
    future.add_done_callback(done)
    await asyncio.sleep(0.5)
    future.set_result(None)
    await asyncio.sleep(1)


async def a_limit_that_nothing_reaches():
    loop = begin(0.1)
    loop.call_soon(tick)
    await asyncio.create_task(worker(1), name="worker")


async def the_limit():
    loop = asyncio.get_running_loop()
    trace(f"{int(loop.get_debug())} {loop.slow_callback_duration:.3f}")
    loop.slow_callback_duration = 0.25
    loop.set_debug(True)
    trace(f"{int(loop.get_debug())} {loop.slow_callback_duration:.3f}")
    loop.set_debug(False)
    trace(f"{int(loop.get_debug())} {loop.slow_callback_duration:.3f}")


async def turned_off_again():
    loop = begin(0)
    task = asyncio.create_task(worker(5), name="worker")
    await asyncio.sleep(1)
    loop.set_debug(False)
    loop.call_soon(tick)
    await task
    loop.set_debug(True)
    loop.call_soon(tock)
    await asyncio.sleep(1)


async def a_task_that_was_there_before():
    task = asyncio.create_task(worker(1), name="worker")
    await asyncio.sleep(0.5)
    begin(0)
    await task


run(
    steps,
    callbacks,
    a_limit_that_nothing_reaches,
    the_limit,
    turned_off_again,
    a_task_that_was_there_before,
)
