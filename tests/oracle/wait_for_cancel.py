# needs: 3.12
"""wait_for and cancellation: nothing is swallowed, what swallows is waited for."""

import asyncio

from scenario import ScenarioError, outcome, result, run, show, trace


async def slow(cleanup):
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        trace("interrupted")
        await asyncio.sleep(cleanup)
        trace("clean")
        raise


def waiting(awaitable, timeout):
    async def waiter():
        try:
            value = await asyncio.wait_for(awaitable, timeout)
            trace(f"wait_for: {show(value)}")
            return value
        except BaseException as error:
            trace(f"wait_for: {show(error)}")
            raise

    return asyncio.create_task(waiter(), name="waiter")


async def it_overruns():
    task = asyncio.create_task(slow(3), name="t")
    trace(await outcome(waiting(task, 1)))


async def a_coroutine_overruns():
    trace(await outcome(waiting(slow(3), 1)))


async def a_swallowed_timeout_gives_the_value():
    async def stubborn():
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            trace("swallows it")
        return 3

    trace(await outcome(waiting(asyncio.create_task(stubborn(), name="t"), 1)))
    trace(await outcome(waiting(stubborn(), 1)))


async def an_error_instead_of_the_cancel():
    async def failing():
        try:
            await asyncio.sleep(10)
        finally:
            raise ScenarioError(4)

    trace(await outcome(waiting(asyncio.create_task(failing(), name="t"), 1)))
    trace(await outcome(waiting(failing(), 1)))


async def cancelled_from_outside():
    task = asyncio.create_task(slow(1), name="t")
    waiter = waiting(task, 5)
    await asyncio.sleep(2)
    waiter.cancel()
    trace(await outcome(waiter))
    trace(f"the task came to {result(task)}")


async def cancelled_from_outside_while_it_overruns():
    task = asyncio.create_task(slow(3), name="t")
    waiter = waiting(task, 1)
    await asyncio.sleep(2)
    waiter.cancel()
    trace(await outcome(waiter))
    trace(f"the task came to {result(task)}")


async def cancelled_in_the_iteration_of_the_result():
    """The race of python/cpython 86296: the cancel must not be lost."""
    future = asyncio.get_running_loop().create_future()
    waiter = waiting(future, 5)
    await asyncio.sleep(0)
    future.set_result(None)
    trace(f"cancel {int(waiter.cancel())}")
    trace(await outcome(waiter))


async def cancelled_in_the_iteration_of_a_tasks_end():
    inner = asyncio.create_task(asyncio.sleep(1), name="inner")
    waiter = waiting(inner, 5)
    inner.add_done_callback(lambda _: waiter.cancel())
    trace(await outcome(waiter))
    trace(f"inner came to {result(inner)}")


async def cancelled_in_the_iteration_of_the_timeout():
    future = asyncio.get_running_loop().create_future()
    waiter = waiting(future, 1)
    await asyncio.sleep(0)
    asyncio.get_running_loop().call_later(1, waiter.cancel)
    trace(await outcome(waiter))
    trace(f"cancelling {waiter.cancelling()}")


async def the_result_in_the_iteration_of_the_timeout():
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    loop.call_later(1, future.set_result, None)
    trace(await outcome(waiting(future, 1)))
    other = loop.create_future()
    waiter = waiting(other, 1)
    await asyncio.sleep(0)
    loop.call_later(1, lambda: trace(f"other is done {int(other.done())}"))
    trace(await outcome(waiter))


async def the_inner_task_is_cancelled_by_another():
    task = asyncio.create_task(slow(0), name="t")
    waiter = waiting(task, 5)
    await asyncio.sleep(1)
    task.cancel()
    trace(await outcome(waiter))
    trace(f"cancelling {waiter.cancelling()}")


run(
    it_overruns,
    a_coroutine_overruns,
    a_swallowed_timeout_gives_the_value,
    an_error_instead_of_the_cancel,
    cancelled_from_outside,
    cancelled_from_outside_while_it_overruns,
    cancelled_in_the_iteration_of_the_result,
    cancelled_in_the_iteration_of_a_tasks_end,
    cancelled_in_the_iteration_of_the_timeout,
    the_result_in_the_iteration_of_the_timeout,
    the_inner_task_is_cancelled_by_another,
)
