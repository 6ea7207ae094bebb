"""A timeout that is over already fires in the next iteration; timeout_at takes loop time."""

import asyncio

from scenario import outcome, run, trace


async def zero():
    async def block():
        async with asyncio.timeout(0):
            trace("inside")
            await asyncio.sleep(1)
            trace("never")

    trace(await outcome(block()))


async def negative():
    async def block():
        async with asyncio.timeout(-1):
            trace("inside")
            await asyncio.sleep(0)
            trace("one iteration later")
            await asyncio.sleep(0)
            trace("never")

    trace(await outcome(block()))


async def a_block_that_does_not_suspend():
    async with asyncio.timeout(0) as limit:
        trace("inside")
    trace(f"expired {int(limit.expired())}")
    await asyncio.sleep(1)
    trace("undisturbed")


async def it_waits_its_turn():
    loop = asyncio.get_running_loop()

    async def block():
        loop.call_soon(trace, "soon before")
        async with asyncio.timeout(0):
            loop.call_soon(trace, "soon behind")
            future = loop.create_future()
            future.add_done_callback(lambda _: trace("the future is cancelled"))
            await future

    trace(await outcome(block()))


async def at_a_time():
    loop = asyncio.get_running_loop()
    start = loop.time()
    await asyncio.sleep(1)

    async def block(when):
        async with asyncio.timeout_at(when):
            await asyncio.sleep(5)

    trace(await outcome(block(start + 3)))
    trace(await outcome(block(start + 1)))
    async with asyncio.timeout_at(None):
        await asyncio.sleep(1)
    trace("no limit")


async def of_a_done_future():
    async def block():
        future = asyncio.get_running_loop().create_future()
        future.set_result(None)
        async with asyncio.timeout(0):
            await future
            trace("awaited without a suspension")

    trace(await outcome(block()))


async def nested_zeros():
    async def block():
        async with asyncio.timeout(0):
            async with asyncio.timeout(0):
                await asyncio.sleep(1)

    trace(await outcome(block()))
    trace(f"cancelling {asyncio.current_task().cancelling()}")


run(
    zero,
    negative,
    a_block_that_does_not_suspend,
    it_waits_its_turn,
    at_a_time,
    of_a_done_future,
    nested_zeros,
)
