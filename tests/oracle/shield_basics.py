"""shield keeps a cancel from the inner task, and passes everything else on."""

import asyncio

from scenario import ScenarioError, outcome, result, run, show, trace


async def body(delay, value):
    try:
        await asyncio.sleep(delay)
    except asyncio.CancelledError:
        trace("the inner task is interrupted")
        raise
    trace("the inner task ends")
    if value < 0:
        raise ScenarioError(-value)
    return value


def start(delay, value):
    return asyncio.create_task(body(delay, value), name="inner")


def shielding(inner):
    async def outer():
        try:
            return await asyncio.shield(inner)
        except BaseException as error:
            trace(f"shield: {show(error)}")
            raise

    return asyncio.create_task(outer(), name="outer")


async def a_result():
    trace(await outcome(asyncio.shield(start(1, 3))))


async def an_error():
    trace(await outcome(asyncio.shield(start(1, -4))))


async def the_outer_is_cancelled():
    inner = start(2, 5)
    outer = shielding(inner)
    await asyncio.sleep(1)
    outer.cancel()
    trace(f"inner cancelling {inner.cancelling()}")
    trace(await outcome(outer))
    trace(f"inner done {int(inner.done())}")
    trace(await outcome(inner))


async def the_inner_is_cancelled():
    inner = start(2, 6)
    outer = shielding(inner)
    await asyncio.sleep(1)
    inner.cancel()
    trace(await outcome(outer))
    trace(f"outer cancelling {outer.cancelling()}")


async def done_already():
    inner = start(0, 7)
    await asyncio.sleep(1)
    asyncio.get_running_loop().call_soon(trace, "soon")
    trace(await outcome(asyncio.shield(inner)))
    trace("has not suspended")
    await asyncio.sleep(0)


async def an_error_after_the_outer_was_cancelled():
    inner = start(2, -8)
    outer = shielding(inner)
    await asyncio.sleep(1)
    outer.cancel()
    trace(await outcome(outer))
    await asyncio.sleep(2)
    trace(f"inner came to {result(inner)}")


async def the_future_form():
    inner = start(2, 9)
    shield = asyncio.shield(inner)
    await asyncio.sleep(1)
    trace(f"cancel {int(shield.cancel())}, cancelled {int(shield.cancelled())}")
    trace(await outcome(shield))
    trace(await outcome(inner))


async def it_takes_one_more_iteration():
    inner = start(1, 1)
    shield = asyncio.shield(inner)
    inner.add_done_callback(lambda _: trace(f"shield done {int(shield.done())}"))
    shield.add_done_callback(lambda _: trace("shield's callback"))
    await inner
    trace(f"shield done {int(shield.done())}")
    await shield
    trace("shield awaited")


async def cancelled_in_the_iteration_of_the_end():
    inner = start(1, 2)
    outer = shielding(inner)
    await asyncio.sleep(0)
    inner.add_done_callback(lambda _: trace(f"cancel {int(outer.cancel())}"))
    trace(await outcome(outer))
    trace(await outcome(inner))


run(
    a_result,
    an_error,
    the_outer_is_cancelled,
    the_inner_is_cancelled,
    done_already,
    an_error_after_the_outer_was_cancelled,
    the_future_form,
    it_takes_one_more_iteration,
    cancelled_in_the_iteration_of_the_end,
)
