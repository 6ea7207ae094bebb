"""Generators: items, the end, and who runs the body."""

import asyncio

from scenario import item, run, trace


async def ticker(delay, to):
    trace("begins")
    for i in range(to):
        await asyncio.sleep(delay)
        yield i
    trace("ends")


async def loop_over_items():
    async for i in ticker(0.5, 3):
        trace(f"got {i}")
    trace("left")


async def items_by_hand():
    generator = ticker(1, 2)
    trace("made")
    for _ in range(4):
        trace(await item(anext(generator)))


async def no_items():
    async for i in ticker(1, 0):
        trace(f"got {i}")
    generator = ticker(1, 0)
    trace(await item(anext(generator)))
    trace(await item(anext(generator)))


async def never_asked():
    ticker(1, 3)
    await asyncio.sleep(1)
    trace("nothing has run")


async def plain():
    for i in range(3):
        yield i * i


async def without_waiting():
    """Neither the body nor the loop suspends: nothing else runs."""
    asyncio.get_running_loop().call_soon(trace, "a callback")
    async for i in plain():
        trace(f"got {i}")
    trace("left")
    await asyncio.sleep(0)
    trace("slept")


async def other():
    for i in range(4):
        trace(f"beat {i}")
        await asyncio.sleep(0.4)


async def beside_a_task():
    task = asyncio.create_task(other(), name="other")
    async for i in ticker(0.5, 2):
        trace(f"got {i}")
        await asyncio.sleep(0.1)
    await task


async def yields_of_zero_delay():
    task = asyncio.create_task(other(), name="other")
    async for i in ticker(0, 3):
        trace(f"got {i}")
    await task


async def skip_some():
    async for i in ticker(0.1, 6):
        if i % 2:
            continue
        trace(f"got {i}")


async def consume(delay):
    async for i in ticker(delay, 2):
        trace(f"got {i}")


async def consumers_of_their_own():
    first = asyncio.create_task(consume(0.3), name="first")
    second = asyncio.create_task(consume(0.2), name="second")
    await first
    await second


async def whose_task():
    task = asyncio.current_task()
    trace(f"begins in {task.get_name()}")
    yield 1
    trace(f"goes on in {asyncio.current_task().get_name()}")
    yield 2
    trace(f"ends in {asyncio.current_task().get_name()}")


async def ask(generator):
    trace(await item(anext(generator)))


async def the_body_runs_in_the_asking_task():
    generator = whose_task()
    for name in ("one", "two", "three", "four"):
        await asyncio.create_task(ask(generator), name=name)


run(
    loop_over_items,
    items_by_hand,
    no_items,
    never_asked,
    without_waiting,
    beside_a_task,
    yields_of_zero_delay,
    skip_some,
    consumers_of_their_own,
    the_body_runs_in_the_asking_task,
)
