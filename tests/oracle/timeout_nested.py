"""Timeouts inside timeouts: each turns only its own cancel into an error."""

import asyncio

from scenario import outcome, run, show, trace


def cancelling():
    return asyncio.current_task().cancelling()


async def nest(outer_delay, inner_delay, delay):
    """Sleeps inside two limits, and tells what passes through each."""
    outer = asyncio.timeout(outer_delay)
    inner = asyncio.timeout(inner_delay)

    async def middle():
        async with inner:
            await asyncio.sleep(delay)

    async def block():
        async with outer:
            try:
                await middle()
                trace("the middle is left")
            except BaseException as error:
                trace(f"the middle raises {show(error)}, cancelling {cancelling()}")
                raise

    trace(f"the block: {await outcome(block())}")
    trace(
        f"expired {int(outer.expired())} {int(inner.expired())}, cancelling {cancelling()}"
    )


async def the_inner_expires():
    await nest(2, 1, 3)


async def the_outer_expires():
    await nest(1, 2, 3)


async def both_expire_together():
    await nest(1, 1, 3)


async def neither_expires():
    await nest(3, 2, 1)


async def the_sleep_ends_with_the_inner():
    await nest(2, 1, 1)


async def the_inner_error_is_handled():
    async with asyncio.timeout(5):
        try:
            async with asyncio.timeout(1):
                await asyncio.sleep(3)
        except TimeoutError:
            trace("the inner one expired")
        await asyncio.sleep(1)
        trace(f"the outer one goes on, cancelling {cancelling()}")
    trace("left")


async def the_inner_swallows_the_outers_cancel():
    async def block():
        async with asyncio.timeout(1):
            try:
                async with asyncio.timeout(2):
                    await asyncio.sleep(5)
            except asyncio.CancelledError:
                trace("swallows it")
            await asyncio.sleep(0.5)
            trace("goes on in the outer block")

    trace(await outcome(block()))


async def three_levels():
    async def level(depth, delays):
        if depth == len(delays):
            await asyncio.sleep(10)
            return
        try:
            async with asyncio.timeout(delays[depth]):
                await level(depth + 1, delays)
        except BaseException as error:
            trace(f"level {depth}: {show(error)}, cancelling {cancelling()}")
            raise

    for delays in ((3, 2, 1), (1, 2, 3), (2, 1, 3), (2, 2, 2)):
        trace(await outcome(level(0, delays)))


async def in_sequence_within_one():
    async def step(delay):
        async with asyncio.timeout(1):
            await asyncio.sleep(delay)

    async def block():
        async with asyncio.timeout(2.5):
            for delay in (0.5, 2, 0.5, 2):
                trace(f"step: {await outcome(step(delay))}")

    trace(await outcome(block()))


run(
    the_inner_expires,
    the_outer_expires,
    both_expire_together,
    neither_expires,
    the_sleep_ends_with_the_inner,
    the_inner_error_is_handled,
    the_inner_swallows_the_outers_cancel,
    three_levels,
    in_sequence_within_one,
)
