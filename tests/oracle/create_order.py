"""A task's first step comes in the next iteration, in the order of creation."""

import asyncio

from scenario import run, trace


async def worker(steps):
    for step in range(steps):
        trace(f"step {step}")
        await asyncio.sleep(0)
    trace("returns")
    return steps


async def creation_is_the_order_of_the_first_steps():
    tasks = [asyncio.create_task(worker(1), name=f"t{number}") for number in range(4)]
    trace("created")
    for task in tasks:
        await task
    trace("done")


async def the_creator_goes_on():
    task = asyncio.create_task(worker(0), name="t")
    trace("created, not started")
    trace(f"done {int(task.done())}")
    await asyncio.sleep(0)
    trace(f"done {int(task.done())}")
    await task


async def tasks_that_create_tasks():
    tasks = []

    async def parent(number):
        trace("creates two")
        for child in range(2):
            name = f"{number}.{child}"
            tasks.append(asyncio.create_task(worker(1), name=name))
        await asyncio.sleep(0)
        trace("parent ends")

    parents = [asyncio.create_task(parent(number), name=f"p{number}") for number in range(2)]
    for task in parents:
        await task
    for task in tasks:
        await task
    trace("done")


async def a_coroutine_is_a_plain_call():
    asyncio.get_running_loop().call_soon(trace, "soon")
    trace(f"result {await worker(0)}")
    trace("has not suspended")
    await asyncio.sleep(0)


async def a_deep_call_resumes_where_it_was():
    async def descend(depth):
        if depth == 0:
            trace("bottom")
            await asyncio.sleep(0.1)
            return 0
        value = await descend(depth - 1)
        return value + depth

    trace(f"sum {await descend(20)}")


async def awaits_in_another_order():
    tasks = [asyncio.create_task(worker(number + 1), name=f"t{number}") for number in range(3)]
    for task in reversed(tasks):
        trace(f"result {await task}")


async def one_after_another():
    for number in range(3):
        trace(f"result {await asyncio.create_task(worker(number), name=f't{number}')}")


run(
    creation_is_the_order_of_the_first_steps,
    the_creator_goes_on,
    tasks_that_create_tasks,
    a_coroutine_is_a_plain_call,
    a_deep_call_resumes_where_it_was,
    awaits_in_another_order,
    one_after_another,
)
