"""A task group ends when all its tasks have ended."""

import asyncio

from scenario import outcome, run, trace


async def body(delay, value):
    trace("begins")
    await asyncio.sleep(delay)
    trace("ends")
    return value


async def it_waits_for_all():
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(body(delay, delay * 10), name=f"t{number}")
            for number, delay in enumerate((0.2, 0.1, 0.3))
        ]
        trace("created")
    trace("results " + " ".join(str(int(task.result())) for task in tasks))


async def an_empty_one_does_not_suspend():
    asyncio.get_running_loop().call_soon(trace, "soon")
    async with asyncio.TaskGroup():
        trace("inside")
    trace("outside")
    await asyncio.sleep(0)


async def all_are_done_before_the_end():
    async with asyncio.TaskGroup() as group:
        group.create_task(body(0.1, 1), name="t0")
        group.create_task(body(0.2, 2), name="t1")
        await asyncio.sleep(1)
        asyncio.get_running_loop().call_soon(trace, "soon")
        trace("the block ends")
    trace("outside")
    await asyncio.sleep(0)


async def the_block_works_beside_them():
    async with asyncio.TaskGroup() as group:
        group.create_task(body(0.5, 1), name="t")
        for turn in range(3):
            await asyncio.sleep(0.2)
            trace(f"turn {turn}")
    trace("outside")


async def tasks_awaited_inside():
    async with asyncio.TaskGroup() as group:
        first = group.create_task(body(0.1, 4), name="first")
        trace(f"first came to {int(await first)}")
        second = group.create_task(body(0.1, 5), name="second")
        trace(f"second came to {int(await second)}")
    trace("outside")


async def say(delay, what):
    await asyncio.sleep(delay)
    trace(what)


async def the_exit_waits_silently():
    async with asyncio.TaskGroup() as group:
        trace("before running tasks")
        group.create_task(say(1, "hello"), name="hello")
        group.create_task(say(2, "world"), name="world")
        trace("after running tasks")
    trace("outside")


async def nested():
    async def branch(delay):
        async with asyncio.TaskGroup() as group:
            group.create_task(body(delay, 1), name=f"leaf-{round(delay * 10)}a")
            group.create_task(body(delay * 2, 2), name=f"leaf-{round(delay * 10)}b")
        trace("the branch ends")

    async with asyncio.TaskGroup() as group:
        group.create_task(branch(0.1), name="left")
        group.create_task(branch(0.2), name="right")
        async with asyncio.TaskGroup() as inner:
            inner.create_task(body(0.3, 3), name="inner")
        trace("the inner block ends")
    trace("outside")


async def one_group_after_another():
    for turn in range(3):
        async with asyncio.TaskGroup() as group:
            group.create_task(body(0.1, 1), name=f"t{turn}")
    trace("outside")


async def a_cancelled_child_is_no_failure():
    async with asyncio.TaskGroup() as group:
        victim = group.create_task(body(5, 1), name="victim")
        group.create_task(body(1, 2), name="other")
        await asyncio.sleep(0.5)
        victim.cancel()
    trace(f"victim: {await outcome(victim)}")


run(
    it_waits_for_all,
    an_empty_one_does_not_suspend,
    all_are_done_before_the_end,
    the_block_works_beside_them,
    tasks_awaited_inside,
    the_exit_waits_silently,
    nested,
    one_group_after_another,
    a_cancelled_child_is_no_failure,
)
