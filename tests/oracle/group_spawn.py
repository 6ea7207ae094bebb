"""Tasks may be added while the group waits at its end, and no more once it shuts down."""

import asyncio

from scenario import ScenarioError, run, show, trace


async def body(delay):
    trace("begins")
    await asyncio.sleep(delay)
    trace("ends")


async def by_a_task_of_the_group():
    async def spawner(group):
        await asyncio.sleep(1)
        group.create_task(body(1), name="added")
        trace("added one")

    async with asyncio.TaskGroup() as group:
        group.create_task(spawner(group), name="spawner")
        trace("the block ends")
    trace("outside")


async def a_chain_of_them():
    async def link(group, left):
        trace(f"{left} left")
        await asyncio.sleep(0.5)
        if left:
            group.create_task(link(group, left - 1), name=f"link-{left - 1}")

    async with asyncio.TaskGroup() as group:
        group.create_task(link(group, 3), name="link-3")
    trace("outside")


async def by_a_stranger():
    groups = []

    async def owner():
        async with asyncio.TaskGroup() as group:
            groups.append(group)
            group.create_task(body(2), name="first")
        trace("the group ends")

    task = asyncio.create_task(owner(), name="owner")
    await asyncio.sleep(1)
    groups[0].create_task(body(2), name="second")
    await task


async def in_the_last_step_of_the_last_task():
    async def last(group):
        await asyncio.sleep(1)
        group.create_task(body(0), name="added")
        trace("ends")

    async with asyncio.TaskGroup() as group:
        group.create_task(last(group), name="last")
    trace("outside")


async def refused_while_it_shuts_down():
    async def fails():
        await asyncio.sleep(1)
        raise ScenarioError(1)

    async def late(group):
        try:
            await asyncio.sleep(5)
        finally:
            coroutine = body(1)
            try:
                group.create_task(coroutine)
                trace("accepted")
            except RuntimeError:
                coroutine.close()
                trace("refused")

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(late(group), name="late")
            group.create_task(fails(), name="bad")
    except BaseExceptionGroup as error:
        trace(f"first failure: {show(error.exceptions[0])}")


async def started_and_cancelled_at_once():
    async with asyncio.TaskGroup() as group:
        task = group.create_task(body(1), name="t")
        task.cancel()
    trace(f"cancelled {int(task.cancelled())}")


run(
    by_a_task_of_the_group,
    a_chain_of_them,
    by_a_stranger,
    in_the_last_step_of_the_last_task,
    refused_while_it_shuts_down,
    started_and_cancelled_at_once,
)
