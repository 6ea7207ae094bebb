"""Cancels and timeouts of a consumer, wherever they meet its generator."""
# needs: 3.12

import asyncio
from contextlib import aclosing

from scenario import item, outcome, run, show, trace


async def ticker(delay):
    try:
        for i in range(10):
            await asyncio.sleep(delay)
            yield i
    except BaseException as error:
        trace(f"the body gets {show(error)}")
        raise
    finally:
        await asyncio.sleep(0.25)
        trace("cleaned up")


async def consume(delay, pause):
    async with aclosing(ticker(delay)) as generator:
        async for i in generator:
            trace(f"got {i}")
            await asyncio.sleep(pause)


async def cancel_after(delay, coroutine):
    task = asyncio.create_task(coroutine, name="consumer")
    await asyncio.sleep(delay)
    trace("cancels")
    task.cancel()
    trace(await outcome(task))


async def while_the_body_waits():
    await cancel_after(1.5, consume(1, 0))


async def while_the_consumer_waits():
    await cancel_after(1.5, consume(1, 1))


async def before_the_first_step():
    await cancel_after(0, consume(1, 1))


async def twice():
    task = asyncio.create_task(consume(1, 1), name="consumer")
    await asyncio.sleep(1.5)
    task.cancel()
    await asyncio.sleep(0.1)
    trace("cancels once more")
    task.cancel()
    trace(await outcome(task))


async def swallows():
    for i in range(4):
        try:
            await asyncio.sleep(1)
            yield i
        except asyncio.CancelledError:
            trace("swallowed")
            yield 100 + i


async def consume_swallower():
    async with aclosing(swallows()) as generator:
        async for i in generator:
            trace(f"got {i}, cancelling {asyncio.current_task().cancelling()}")


async def a_body_that_swallows():
    await cancel_after(1.5, consume_swallower())


async def ask_and_ask_again(generator):
    trace(await item(anext(generator)))
    trace(await item(anext(generator)))


async def by_hand():
    await cancel_after(0.5, ask_and_ask_again(ticker(1)))


async def a_timeout_around_one_item():
    generator = ticker(1)
    trace(await item(anext(generator)))
    try:
        async with asyncio.timeout(0.5):
            await anext(generator)
    except TimeoutError:
        trace("too late")
    trace(await item(anext(generator)))


async def limited():
    async with asyncio.timeout(2.5):
        await consume(1, 0)


async def a_timeout_around_the_loop():
    trace(await outcome(limited()))


async def patient():
    for i in range(4):
        try:
            async with asyncio.timeout(0.5):
                await asyncio.sleep(0.2 * i)
            trace("in time")
        except TimeoutError:
            trace("the body was too slow")
        yield i


async def a_timeout_in_the_body():
    async for i in patient():
        trace(f"got {i}")


async def wait_for_an_item():
    generator = ticker(1)
    trace(await item(asyncio.wait_for(anext(generator), 2)))
    trace(await item(asyncio.wait_for(anext(generator), 0.5)))
    trace(await item(anext(generator)))


run(
    while_the_body_waits,
    while_the_consumer_waits,
    before_the_first_step,
    twice,
    a_body_that_swallows,
    by_hand,
    a_timeout_around_one_item,
    a_timeout_around_the_loop,
    a_timeout_in_the_body,
    wait_for_an_item,
)
