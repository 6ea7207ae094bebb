"""What a shield does with an inner end that nobody waits for any more."""

import asyncio

from scenario import ScenarioError, outcome, run, trace


async def body(delay, value):
    try:
        await asyncio.sleep(delay)
    except asyncio.CancelledError:
        trace("interrupted")
        raise
    trace("ends")
    if value < 0:
        raise ScenarioError(-value)
    return value


def spawn(delay, value):
    return asyncio.create_task(body(delay, value), name="inner")


async def a_result_after_the_outer_was_cancelled():
    inner = spawn(1, 1)
    outer = asyncio.shield(inner)
    outer.cancel()
    trace(await outcome(outer))
    trace(await outcome(inner))


async def cancelled_as_the_inner_ends():
    inner = spawn(1, 1)
    outer = asyncio.shield(inner)
    await asyncio.sleep(1)
    trace(f"done {int(inner.done())} {int(outer.done())}")
    trace(f"cancel {int(outer.cancel())}")
    trace(await outcome(outer))
    trace(await outcome(inner))


async def two_shields_around_one():
    inner = spawn(1, 1)
    outers = [asyncio.shield(inner), asyncio.shield(inner)]
    outers[0].cancel()
    for outer in outers:
        trace(await outcome(outer))


async def both_are_cancelled():
    inner = spawn(5, 1)
    outer = asyncio.shield(inner)
    await asyncio.sleep(1)
    outer.cancel()
    inner.cancel()
    trace(await outcome(outer))
    trace(await outcome(inner))


async def the_inner_is_cancelled_first():
    inner = spawn(5, 1)
    outer = asyncio.shield(inner)
    await asyncio.sleep(1)
    inner.cancel()
    trace(f"done {int(outer.done())}")
    trace(await outcome(outer))
    trace(f"cancelled {int(outer.cancelled())} {int(inner.cancelled())}")


async def an_error_for_both():
    inner = spawn(1, -2)
    outer = asyncio.shield(inner)
    trace(await outcome(outer))
    trace(await outcome(inner))


async def in_a_timeout():
    inner = spawn(2, 3)
    try:
        async with asyncio.timeout(1):
            await asyncio.shield(inner)
    except TimeoutError:
        trace("too late")
    trace(await outcome(inner))


run(
    a_result_after_the_outer_was_cancelled,
    cancelled_as_the_inner_ends,
    two_shields_around_one,
    both_are_cancelled,
    the_inner_is_cancelled_first,
    an_error_for_both,
    in_a_timeout,
)
