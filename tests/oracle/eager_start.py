# needs: 3.12
"""An eager task runs its first step inside create_task; the rest is as ever."""

import asyncio

from scenario import ScenarioError, outcome, result, run, trace


def eager(coroutine, name):
    loop = asyncio.get_running_loop()
    return asyncio.Task(coroutine, loop=loop, name=name, eager_start=True)


def state(task):
    return f"done {int(task.done())}, {result(task)}"


async def body(delay, value):
    trace("begins")
    if delay is not None:
        await asyncio.sleep(delay)
        trace("goes on")
    if value < 0:
        raise ScenarioError(-value)
    return value


async def the_first_step_runs_at_once():
    trace("before")
    task = eager(body(0.1, 1), "t")
    trace(f"behind: {state(task)}")
    trace(await outcome(task))


async def it_may_end_at_once():
    asyncio.get_running_loop().call_soon(trace, "soon")
    good = eager(body(None, 2), "good")
    bad = eager(body(None, -3), "bad")
    trace(f"good: {state(good)}, bad: {state(bad)}")
    trace(f"{await outcome(good)} {await outcome(bad)}")
    trace("has not suspended")
    await asyncio.sleep(0)


async def beside_lazy_ones():
    tasks = [
        asyncio.create_task(body(0, 1), name="lazy-0"),
        eager(body(0, 2), "eager-1"),
        asyncio.create_task(body(0, 3), name="lazy-2"),
        eager(body(0, 4), "eager-3"),
    ]
    trace("created")
    for task in tasks:
        trace(f"{task.get_name()}: {await outcome(task)}")


async def the_creator_is_current_again():
    async def nested(depth):
        trace(f"at depth {depth}")
        if depth:
            await eager(nested(depth - 1), f"t{depth - 1}")
        trace(f"leaves depth {depth}")

    await eager(nested(3), "t3")
    trace("current again")


async def done_callbacks_are_scheduled():
    task = eager(body(None, 5), "t")
    task.add_done_callback(lambda done: trace(f"callback: {result(done)}"))
    trace("registered")
    await task
    trace("has not suspended")
    await asyncio.sleep(0)
    trace("done")


async def cancelled_after_it_blocked():
    async def careful():
        try:
            await asyncio.sleep(5)
        except asyncio.CancelledError:
            trace("interrupted")
            raise

    task = eager(careful(), "t")
    trace(f"cancel {int(task.cancel())}")
    trace(await outcome(task))


async def cancelled_after_it_ended():
    task = eager(body(None, 6), "t")
    trace(f"cancel {int(task.cancel())}")
    trace(await outcome(task))


async def it_cancels_itself():
    async def selfish():
        asyncio.current_task().cancel()
        trace("goes on")
        return 7

    async def suspends():
        asyncio.current_task().cancel()
        await asyncio.sleep(0)
        trace("never")

    first = eager(selfish(), "first")
    trace(state(first))
    second = eager(suspends(), "second")
    trace(state(second))
    trace(await outcome(second))


async def it_yields():
    async def yields():
        for turn in range(3):
            trace(f"turn {turn}")
            await asyncio.sleep(0)

    tasks = [eager(yields(), "t0"), eager(yields(), "t1")]
    trace("created")
    for task in tasks:
        await task


run(
    the_first_step_runs_at_once,
    it_may_end_at_once,
    beside_lazy_ones,
    the_creator_is_current_again,
    done_callbacks_are_scheduled,
    cancelled_after_it_blocked,
    cancelled_after_it_ended,
    it_cancels_itself,
    it_yields,
)
