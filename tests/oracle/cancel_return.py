"""A request that was never delivered makes a cancellation of the result; an error passes."""

import asyncio

from scenario import ScenarioError, outcome, run, trace


def state(task):
    return f"cancelled {int(task.cancelled())}, cancelling {task.cancelling()}"


async def finish(coroutine):
    task = asyncio.create_task(coroutine, name="t")
    trace(f"{await outcome(task)}, {state(task)}")


async def the_result_is_dropped():
    async def body():
        asyncio.current_task().cancel()
        trace("returns 5")
        return 5

    await finish(body())


async def an_error_is_kept():
    async def body():
        asyncio.current_task().cancel()
        raise ScenarioError(6)

    await finish(body())


async def a_delivered_one_leaves_the_result():
    async def body():
        asyncio.current_task().cancel()
        try:
            await asyncio.sleep(0)
        except asyncio.CancelledError:
            trace("swallows it")
        return 7

    await finish(body())


async def a_call_that_does_not_suspend_does_not_deliver():
    async def body():
        future = asyncio.get_running_loop().create_future()
        future.set_result(None)
        asyncio.current_task().cancel()
        await future
        trace("a done future did not deliver")
        try:
            await asyncio.sleep(1)
        except asyncio.CancelledError:
            trace("the sleep did")
        return 8

    await finish(body())


async def cancelled_again_after_swallowing():
    async def body():
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            trace("swallows the first")
        asyncio.current_task().cancel()
        return 9

    task = asyncio.create_task(body(), name="t")
    await asyncio.sleep(1)
    task.cancel()
    trace(f"{await outcome(task)}, {state(task)}")


async def a_raised_cancel_without_a_request():
    async def body():
        await asyncio.sleep(0.1)
        raise asyncio.CancelledError

    await finish(body())


async def an_awaited_child_ends_cancelled():
    async def child():
        asyncio.current_task().cancel()
        await asyncio.sleep(0)

    async def parent():
        inner = asyncio.create_task(child(), name="child")
        trace(f"the child came to {await outcome(inner)}")
        trace(f"own {state(asyncio.current_task())}")
        return 1

    await finish(parent())


run(
    the_result_is_dropped,
    an_error_is_kept,
    a_delivered_one_leaves_the_result,
    a_call_that_does_not_suspend_does_not_deliver,
    cancelled_again_after_swallowing,
    a_raised_cancel_without_a_request,
    an_awaited_child_ends_cancelled,
)
