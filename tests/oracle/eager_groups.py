# needs: 3.13
"""Loops whose every task is eager: groups, gathers, waits and cancels on top of that."""

import asyncio

from scenario import ScenarioError, outcome, run, show, trace


def all_eager():
    asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)


def spawn(where, name, coroutine):
    async def named():
        asyncio.current_task().set_name(name)  # 3.13.0 does it only after the first step
        return await coroutine

    return where.create_task(named(), name=name)


async def body(delay, value=0):
    trace("begins")
    if delay >= 0:
        try:
            await asyncio.sleep(delay)
        except asyncio.CancelledError:
            trace("interrupted")
            raise
    if value < 0:
        raise ScenarioError(-value)
    trace("ends")
    return value


async def a_group():
    all_eager()
    async with asyncio.TaskGroup() as group:
        for number, delay in enumerate((-1, 1, 0)):
            spawn(group, f"t{number}", body(delay))
            trace("made one")
    trace("left")


async def a_group_of_which_one_fails_later():
    all_eager()
    try:
        async with asyncio.TaskGroup() as group:
            spawn(group, "bad", body(1, -1))
            spawn(group, "t", body(5))
            trace("at the end of the block")
    except BaseExceptionGroup as error:
        trace(show(error))


async def a_wait():
    all_eager()
    tasks = [spawn(asyncio, f"t{delay}", body(delay)) for delay in (-1, 1)]
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    trace(f"{len(done)} {len(pending)}")
    await asyncio.wait(tasks)
    trace("both")


async def a_gather_of_tasks():
    all_eager()
    tasks = [spawn(asyncio, f"t{delay}", body(delay, 3)) for delay in (-1, 1, 0)]
    trace("made all")
    trace(" ".join(map(show, await asyncio.gather(*tasks))))


async def a_task_that_waits_for_its_creator():
    all_eager()
    event = asyncio.Event()

    async def waits():
        trace("waits")
        await event.wait()
        trace("woke")

    tasks = [spawn(asyncio, name, waits()) for name in "ab"]
    trace("sets it")
    event.set()
    for task in tasks:
        await task


async def cancelled_before_its_second_step():
    all_eager()
    task = spawn(asyncio, "t", body(0))
    task.cancel()
    trace(await outcome(task))


async def a_limit_around_an_eager_one():
    all_eager()
    trace(await outcome(asyncio.wait_for(body(5), 1)))
    trace(await outcome(asyncio.wait_for(spawn(asyncio, "t", body(5)), 1)))
    trace(await outcome(asyncio.wait_for(spawn(asyncio, "u", body(-1, 4)), 0)))


run(
    a_group,
    a_group_of_which_one_fails_later,
    a_wait,
    a_gather_of_tasks,
    a_task_that_waits_for_its_creator,
    cancelled_before_its_second_step,
    a_limit_around_an_eager_one,
)
