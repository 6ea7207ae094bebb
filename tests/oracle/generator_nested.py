"""Generators that consume generators: pipelines, and what passes through them."""

import asyncio
from contextlib import aclosing

from scenario import ScenarioError, item, outcome, run, show, trace


async def source(to, delay):
    try:
        for i in range(to):
            await asyncio.sleep(delay)
            yield i
    except BaseException as error:
        trace(f"the source gets {show(error)}")
        raise
    finally:
        trace("the source ends")


async def evens(numbers):
    try:
        async with aclosing(numbers):
            async for i in numbers:
                if i % 2 == 0:
                    yield i
    except BaseException as error:
        trace(f"the filter gets {show(error)}")
        raise
    finally:
        trace("the filter ends")


async def squares(numbers):
    async with aclosing(numbers):
        async for i in numbers:
            yield i * i


async def a_pipeline():
    async for i in squares(evens(source(6, 0.1))):
        trace(f"got {i}")


async def leave_early():
    async with aclosing(squares(evens(source(100, 0.1)))) as numbers:
        async for i in numbers:
            trace(f"got {i}")
            if i > 3:
                break
    trace("left")


async def consume(numbers):
    async with aclosing(numbers):
        async for i in numbers:
            trace(f"got {i}")
            await asyncio.sleep(0.05)


async def cancelled_in_the_source():
    task = asyncio.create_task(consume(evens(source(10, 1))), name="consumer")
    await asyncio.sleep(1.5)
    task.cancel()
    trace(await outcome(task))


async def cancelled_in_the_sink():
    task = asyncio.create_task(consume(evens(source(10, 1))), name="consumer")
    await asyncio.sleep(1.025)
    task.cancel()
    trace(await outcome(task))


async def faulty(to):
    async with aclosing(source(to, 0.1)) as numbers:
        async for i in numbers:
            if i == 3:
                raise ScenarioError(i)
            yield i


async def an_error_in_the_middle():
    trace(await outcome(consume(evens(faulty(9)))))


async def an_error_thrown_through():
    numbers = evens(source(9, 0.1))
    trace(await item(anext(numbers)))
    trace(await item(anext(numbers)))
    trace(await item(numbers.athrow(ScenarioError(5))))
    trace(await item(anext(numbers)))


async def product():
    async for a in source(2, 0.1):
        async for b in source(2, 0.01):
            yield 10 * a + b


async def loops_in_loops():
    async for i in product():
        trace(f"got {i}")


async def countdown(n):
    """Each level has a generator of its own."""
    yield n
    if n > 0:
        async with aclosing(countdown(n - 1)) as rest:
            async for i in rest:
                await asyncio.sleep(0.01)
                yield i


async def recursive():
    async for i in countdown(5):
        trace(f"got {i}")


async def take(numbers, count):
    for _ in range(count):
        trace(await item(anext(numbers)))


async def a_source_shared_by_filters():
    numbers = source(6, 0.1)
    first = squares(numbers)
    trace(await item(anext(first)))
    trace(await item(anext(numbers)))
    trace(await item(anext(first)))
    await asyncio.create_task(take(first, 1), name="taker")
    trace(await item(anext(numbers)))
    trace(await item(anext(first)))
    trace(await item(first.aclose()))
    trace(await item(anext(numbers)))


run(
    a_pipeline,
    leave_early,
    cancelled_in_the_source,
    cancelled_in_the_sink,
    an_error_in_the_middle,
    an_error_thrown_through,
    loops_in_loops,
    recursive,
    a_source_shared_by_filters,
)
