"""Gathers inside gathers: failures and cancels go through each level once."""

import asyncio

from scenario import ScenarioError, outcome, run, trace


async def body(delay, value=0, cleanup=0.0):
    try:
        await asyncio.sleep(delay)
    except asyncio.CancelledError:
        trace("interrupted")
        await asyncio.sleep(cleanup)
        raise
    trace("ends")
    if value:
        raise ScenarioError(value)


def spawn(name, *args):
    return asyncio.create_task(body(*args), name=name)


async def two_levels():
    tasks = [spawn(name, delay) for name, delay in (("a", 0.3), ("b", 0.1), ("c", 0.2))]
    inner = asyncio.gather(tasks[0], tasks[1])
    outer = asyncio.gather(inner, tasks[2])
    inner.add_done_callback(lambda _: trace("the inner is done"))
    outer.add_done_callback(lambda _: trace("the outer is done"))
    await outer
    trace("all")


async def a_failure_inside():
    tasks = [spawn("a", 0.1, 1), spawn("b", 0.2), spawn("c", 0.3)]
    inner = asyncio.gather(tasks[0], tasks[1])
    outer = asyncio.gather(inner, tasks[2])
    trace(await outcome(outer))
    trace(f"the inner: {await outcome(inner)}")
    await asyncio.wait(tasks)


async def the_outer_is_cancelled():
    tasks = [spawn("a", 5, 0, 0.2), spawn("b", 5), spawn("c", 5, 0, 0.1)]
    inner = asyncio.gather(tasks[0], tasks[1])
    outer = asyncio.gather(inner, tasks[2])
    await asyncio.sleep(0.1)
    trace(f"cancel {int(outer.cancel())}")
    trace(await outcome(outer))
    trace(f"the inner: {await outcome(inner)}")


async def the_inner_is_cancelled():
    tasks = [spawn("a", 5), spawn("b", 5), spawn("c", 0.5)]
    inner = asyncio.gather(tasks[0], tasks[1])
    outer = asyncio.gather(inner, tasks[2])
    await asyncio.sleep(0.1)
    trace(f"cancel {int(inner.cancel())}")
    trace(await outcome(outer))
    trace(f"c done {int(tasks[2].done())}")
    await tasks[2]


async def the_inner_returns_exceptions():
    tasks = [spawn("a", 0.1, 1), spawn("b", 0.2, 2), spawn("c", 0.3)]
    inner = asyncio.gather(tasks[0], tasks[1], return_exceptions=True)
    outer = asyncio.gather(inner, tasks[2])
    await outer
    trace("no failure")


async def gathers(tasks):
    trace(await outcome(asyncio.gather(*tasks)))


async def from_several_tasks():
    tasks = [spawn("a", 0.2), spawn("b", 5)]
    gatherers = [asyncio.create_task(gathers(tasks), name=f"g{i}") for i in range(3)]
    await asyncio.sleep(0.3)
    gatherers[1].cancel()
    for task in gatherers:
        await outcome(task)
    trace(await outcome(tasks[1]))


run(
    two_levels,
    a_failure_inside,
    the_outer_is_cancelled,
    the_inner_is_cancelled,
    the_inner_returns_exceptions,
    from_several_tasks,
)
