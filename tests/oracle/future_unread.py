"""Errors that nobody has read are reported in the order in which their futures are dropped."""

import asyncio

from scenario import ScenarioError, outcome, run, show, trace


def set_handler():
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: trace(f"handler: {show(context['exception'])}"))


def failed(number):
    future = asyncio.get_running_loop().create_future()
    future.set_exception(ScenarioError(number))
    return future


async def awaited_by_a_task_that_handles_it():
    set_handler()
    future = failed(1)
    trace(await outcome(future))
    del future
    trace("dropped")


async def the_report_comes_at_the_drop():
    set_handler()
    asyncio.get_running_loop().call_soon(trace, "soon")
    future = failed(2)
    other = failed(3)
    del other
    trace("dropped the second")
    del future
    trace("dropped the first")
    await asyncio.sleep(0)


async def a_look_at_its_state_is_not_enough():
    set_handler()
    future = failed(4)
    trace(f"done {int(future.done())}, cancelled {int(future.cancelled())}")
    del future
    trace("dropped")


async def a_callback_that_does_not_read_it():
    set_handler()
    future = failed(5)
    future.add_done_callback(lambda _: trace("called"))
    await asyncio.sleep(0)
    del future
    trace("dropped")


async def a_callback_that_reads_it():
    set_handler()
    future = failed(6)
    future.add_done_callback(lambda done: trace(show(done.exception())))
    await asyncio.sleep(0)
    del future
    trace("dropped")


async def a_wait_does_not_read_it():
    set_handler()
    future = failed(7)
    await asyncio.wait([future])
    trace("waited")
    del future
    trace("dropped")


async def one_reader_is_enough():
    set_handler()
    future = failed(8)
    other = future
    trace(show(future.exception()))
    del future
    trace("one reference left")
    del other
    trace("dropped")


run(
    awaited_by_a_task_that_handles_it,
    the_report_comes_at_the_drop,
    a_look_at_its_state_is_not_enough,
    a_callback_that_does_not_read_it,
    a_callback_that_reads_it,
    a_wait_does_not_read_it,
    one_reader_is_enough,
)
