"""The states of a future: it is completed once, and what comes later changes nothing."""

import asyncio

from scenario import ScenarioError, attempt, outcome, result, run, show, trace


def create():
    return asyncio.get_running_loop().create_future()


def tell(future):
    trace(f"done {int(future.done())}, cancelled {int(future.cancelled())}, {result(future)}")


def complete_again(future):
    trace(f"a result: {attempt(future.set_result, None)}")
    trace(f"an error: {attempt(future.set_exception, ScenarioError(9))}")
    trace(f"a cancel: {attempt(future.cancel)}")
    tell(future)


async def pending():
    future = create()
    tell(future)
    future.cancel()


async def with_a_result():
    future = create()
    future.set_result(None)
    tell(future)
    complete_again(future)


async def with_an_error():
    future = create()
    future.set_exception(ScenarioError(1))
    tell(future)
    complete_again(future)
    trace(show(future.exception()))


async def that_was_cancelled():
    future = create()
    trace(attempt(future.cancel))
    tell(future)
    complete_again(future)


async def a_failed_second_completion_calls_nobody():
    future = create()
    future.add_done_callback(lambda _: trace("called"))
    future.set_result(None)
    trace(attempt(future.cancel))
    await asyncio.sleep(0)
    trace(attempt(future.set_exception, ScenarioError(2)))
    await asyncio.sleep(0)
    trace("once")


async def an_error_is_raised_for_every_reader():
    future = create()
    future.set_exception(ScenarioError(3))
    for _ in range(3):
        trace(await outcome(future))
    trace(result(future))


async def done_before_anybody_runs():
    future = create()
    future.add_done_callback(lambda _: trace("called"))
    asyncio.get_running_loop().call_soon(trace, "soon")
    future.set_result(None)
    tell(future)
    await future
    trace("awaited without a step between")
    await asyncio.sleep(0)


async def waits(future):
    trace(await outcome(future))


async def set_in_another_order_than_awaited():
    futures = [create() for _ in range(3)]
    tasks = [asyncio.create_task(waits(future), name=f"w{i}") for i, future in enumerate(futures)]
    await asyncio.sleep(0)
    futures[2].set_result(None)
    futures[0].set_exception(ScenarioError(4))
    futures[1].cancel()
    for task in tasks:
        await task


run(
    pending,
    with_a_result,
    with_an_error,
    that_was_cancelled,
    a_failed_second_completion_calls_nobody,
    an_error_is_raised_for_every_reader,
    done_before_anybody_runs,
    set_in_another_order_than_awaited,
)
