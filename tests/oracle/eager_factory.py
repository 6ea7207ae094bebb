# needs: 3.12
"""With the eager task factory, gather, groups and create_task start everything at once."""

import asyncio

from scenario import ScenarioError, outcome, result, run, trace


def set_eager():
    asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)


async def body(name, delay, value):
    # The first step tells the name itself: before Python 3.14 it is set only after that.
    asyncio.current_task().set_name(name)
    trace("begins")
    if delay is not None:
        await asyncio.sleep(delay)
        trace("goes on")
    if value < 0:
        raise ScenarioError(-value)
    return value


def create(name, delay, value):
    return asyncio.create_task(body(name, delay, value), name=name)


async def create_task():
    set_eager()
    tasks = [create("a", 0.2, 1), create("b", None, 2), create("c", 0.1, 3)]
    trace("created")
    for task in tasks:
        trace(f"{task.get_name()}: {await outcome(task)}")


async def gather_of_eager_tasks():
    set_eager()
    asyncio.get_running_loop().call_soon(trace, "soon")
    await asyncio.gather(create("a", None, 1), create("b", None, 2))
    trace("has not suspended")
    await asyncio.gather(create("a", None, 1), create("b", 0.1, 2))
    trace("gathered")


async def a_group():
    set_eager()
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(body("a", 0.1, 1), name="a"),
            group.create_task(body("b", None, 2), name="b"),
        ]
        trace("created")
    trace("results " + " ".join(map(result, tasks)))


async def a_group_in_which_one_fails_later():
    set_eager()

    async def block():
        async with asyncio.TaskGroup() as group:
            group.create_task(body("a", 0.2, 1), name="a")
            group.create_task(body("b", 0.1, -2), name="b")

    trace(await outcome(block()))


async def a_group_in_which_one_fails_at_once():
    set_eager()

    async def block():
        async with asyncio.TaskGroup() as group:
            group.create_task(body("bad", None, -1), name="bad")
            trace("the block is not interrupted yet")
            await asyncio.sleep(1)
            trace("never")

    trace(await outcome(block()))


async def nested_groups():
    set_eager()

    async def branch(name, depth):
        asyncio.current_task().set_name(name)
        trace(f"depth {depth}")
        if depth:
            async with asyncio.TaskGroup() as group:
                group.create_task(branch(f"{name}.0", depth - 1), name=f"{name}.0")
                group.create_task(branch(f"{name}.1", depth - 1), name=f"{name}.1")
        else:
            await asyncio.sleep(0)
        trace(f"leaves {depth}")

    await branch("root", 2)


async def a_shield():
    set_eager()
    inner = create("inner", 0.2, 4)
    outer = asyncio.shield(inner)
    asyncio.get_running_loop().call_later(0.1, outer.cancel)
    trace(await outcome(outer))
    trace(await outcome(inner))


async def back_to_lazy():
    set_eager()
    first = create("eager", 0, 1)
    asyncio.get_running_loop().set_task_factory(None)
    second = create("lazy", 0, 2)
    trace("created")
    await asyncio.gather(first, second)


run(
    create_task,
    gather_of_eager_tasks,
    a_group,
    a_group_in_which_one_fails_later,
    a_group_in_which_one_fails_at_once,
    nested_groups,
    a_shield,
    back_to_lazy,
)
