"""Closing a generator: before, amid and after its items, and bodies that do not obey."""

import asyncio
from contextlib import aclosing

from scenario import ScenarioError, item, run, show, trace


async def careful(count):
    """Cleans up, and takes its time for it."""
    try:
        for i in range(count):
            yield i
    except BaseException as error:
        trace(f"the yield raises {show(error)}")
        raise
    finally:
        await asyncio.sleep(0.5)
        trace("cleaned up")


async def before_the_first_item():
    generator = careful(3)
    trace(await item(generator.aclose()))
    trace(await item(anext(generator)))
    trace(await item(generator.aclose()))


async def amid_the_items():
    generator = careful(3)
    trace(await item(anext(generator)))
    trace(await item(generator.aclose()))
    trace(await item(anext(generator)))
    trace(await item(generator.aclose()))


async def after_the_end():
    generator = careful(0)
    trace(await item(anext(generator)))
    trace(await item(generator.aclose()))


async def leaving_a_loop_closes():
    async with aclosing(careful(5)) as generator:
        async for i in generator:
            trace(f"got {i}")
            if i == 1:
                break
    trace("left")


async def find():
    async with aclosing(careful(5)) as generator:
        async for i in generator:
            if i == 2:
                return i


async def returning_from_a_loop_closes():
    trace(f"found {await find()}")


async def returns(value):
    try:
        yield value
    except GeneratorExit:
        trace("returns instead")
        return


async def a_body_that_returns():
    generator = returns(7)
    trace(await item(anext(generator)))
    trace(await item(generator.aclose()))
    trace(await item(anext(generator)))


async def fails():
    try:
        yield 1
    finally:
        raise ScenarioError(4)


async def a_body_that_fails():
    generator = fails()
    trace(await item(anext(generator)))
    trace(await item(generator.aclose()))
    trace(await item(generator.aclose()))
    trace(await item(anext(generator)))


async def ignores():
    try:
        yield 1
    except GeneratorExit:
        pass
    yield 2
    yield 3


async def a_body_that_yields_again():
    generator = ignores()
    trace(await item(anext(generator)))
    trace(await item(generator.aclose()))
    trace(await item(generator.aclose()))
    trace(await item(generator.athrow(ValueError())))
    trace(await item(anext(generator)))
    trace(await item(anext(generator)))
    trace(await item(generator.aclose()))


async def naps():
    await asyncio.sleep(1)
    yield 1


async def ask(generator):
    trace(await item(anext(generator)))


async def while_it_runs():
    generator = naps()
    task = asyncio.create_task(ask(generator), name="asks")
    await asyncio.sleep(0.5)
    trace(await item(generator.aclose()))
    await task
    trace(await item(generator.aclose()))


async def close(generator):
    trace(await item(generator.aclose()))


async def twice_at_once():
    generator = careful(2)
    trace(await item(anext(generator)))
    first = asyncio.create_task(close(generator), name="first")
    second = asyncio.create_task(close(generator), name="second")
    await first
    await second


run(
    before_the_first_item,
    amid_the_items,
    after_the_end,
    leaving_a_loop_closes,
    returning_from_a_loop_closes,
    a_body_that_returns,
    a_body_that_fails,
    a_body_that_yields_again,
    while_it_runs,
    twice_at_once,
)
