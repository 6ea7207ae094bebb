"""Errors of a generator's body, of its consumer, and of those who ask at the wrong time."""

import asyncio
from contextlib import aclosing

from scenario import ScenarioError, item, outcome, run, show, trace


async def fails_after(count, delay):
    for i in range(count):
        yield i
    await asyncio.sleep(delay)
    raise ScenarioError(count)


async def loop(count, delay):
    async for i in fails_after(count, delay):
        trace(f"got {i}")
    trace("not reached")


async def the_body_fails():
    trace(await outcome(loop(2, 0)))
    trace(await outcome(loop(1, 1)))


async def at_once():
    trace(await outcome(loop(0, 0)))


async def an_error_is_the_end():
    generator = fails_after(1, 0)
    for _ in range(4):
        trace(await item(anext(generator)))
    trace(await item(generator.aclose()))


async def tidy():
    try:
        for i in range(5):
            yield i
    except GeneratorExit:
        trace("closed")
        await asyncio.sleep(0.5)
        raise


async def consumer_fails():
    async with aclosing(tidy()) as generator:
        async for i in generator:
            if i == 2:
                raise ScenarioError(7)


async def the_consumer_fails():
    trace(await outcome(consumer_fails()))


async def untidy():
    try:
        yield 1
    finally:
        await asyncio.sleep(0.5)
        raise ScenarioError(9)


async def leave_untidy():
    async with aclosing(untidy()) as generator:
        async for i in generator:
            trace(f"got {i}")
            break


async def closing_fails():
    trace(await outcome(leave_untidy()))


async def handled(delay):
    for i in range(3):
        try:
            await asyncio.sleep(delay)
            if i == 1:
                raise ScenarioError(1)
            yield i
        except ScenarioError as error:
            trace(f"handles {show(error)}")
            yield -1


async def an_error_within_the_body():
    async for i in handled(0.1):
        trace(f"got {i}")


async def naps():
    await asyncio.sleep(1)
    yield 1
    await asyncio.sleep(1)
    yield 2


async def ask(generator):
    trace(await item(anext(generator)))


async def asked_while_it_runs():
    generator = naps()
    task = asyncio.create_task(ask(generator), name="asks")
    await asyncio.sleep(0.5)
    trace(await item(anext(generator)))
    trace(await item(generator.asend(None)))
    trace(await item(generator.athrow(ScenarioError(1))))
    await task
    trace(await item(anext(generator)))
    trace(await item(anext(generator)))


async def asked_by_two_at_once():
    generator = naps()
    tasks = [
        asyncio.create_task(ask(generator), name=f"asks-{i}") for i in range(3)
    ]
    for task in tasks:
        await task
    trace(await item(anext(generator)))
    trace(await item(anext(generator)))


async def asks_itself():
    trace(await item(anext(selfish)))
    trace(await item(selfish.aclose()))
    yield 1


async def asked_by_itself():
    global selfish
    selfish = asks_itself()
    trace(await item(anext(selfish)))
    trace(await item(anext(selfish)))


async def group_member(generator):
    async for i in generator:
        trace(f"got {i}")


async def in_a_group():
    async with asyncio.TaskGroup() as group:
        group.create_task(group_member(fails_after(1, 1)), name="fails")
        group.create_task(group_member(naps()), name="naps")


async def an_error_in_a_group():
    trace(await outcome(in_a_group()))


run(
    the_body_fails,
    at_once,
    an_error_is_the_end,
    the_consumer_fails,
    closing_fails,
    an_error_within_the_body,
    asked_while_it_runs,
    asked_by_two_at_once,
    asked_by_itself,
    an_error_in_a_group,
)
