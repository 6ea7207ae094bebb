"""Cancelling a task that awaits a task cancels the innermost one first; the error comes back up."""

import asyncio

from scenario import ScenarioError, outcome, result, run, show, trace


async def bottom():
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        trace("the bottom is interrupted")
        raise


async def link(inner):
    try:
        return await inner
    except BaseException as error:
        trace(f"passes on {show(error)}")
        raise


def chain(inner, length):
    tasks = [inner]
    for number in range(length):
        tasks.append(asyncio.create_task(link(tasks[-1]), name=f"link-{number}"))
    return tasks


async def from_the_top():
    tasks = chain(asyncio.create_task(bottom(), name="bottom"), 3)
    await asyncio.sleep(1)
    tasks[-1].cancel()
    trace("cancelled " + " ".join(str(task.cancelling()) for task in tasks))
    trace(await outcome(tasks[-1]))
    trace("came to " + " ".join(result(task) for task in tasks))


async def from_the_bottom():
    tasks = chain(asyncio.create_task(bottom(), name="bottom"), 3)
    await asyncio.sleep(1)
    tasks[0].cancel()
    trace("cancelled " + " ".join(str(task.cancelling()) for task in tasks))
    trace(await outcome(tasks[-1]))


async def from_the_middle():
    tasks = chain(asyncio.create_task(bottom(), name="bottom"), 3)
    await asyncio.sleep(1)
    tasks[2].cancel()
    trace(await outcome(tasks[-1]))
    trace("cancelling " + " ".join(str(task.cancelling()) for task in tasks))


async def the_inner_one_swallows_it():
    async def stubborn():
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            trace("swallows it")
        await asyncio.sleep(1)
        return 7

    tasks = chain(asyncio.create_task(stubborn(), name="bottom"), 1)
    await asyncio.sleep(1)
    tasks[1].cancel()
    trace(f"{await outcome(tasks[1])}, cancelling {tasks[1].cancelling()}")


async def the_inner_one_fails_instead():
    async def failing():
        try:
            await asyncio.sleep(10)
        finally:
            raise ScenarioError(8)

    tasks = chain(asyncio.create_task(failing(), name="bottom"), 2)
    await asyncio.sleep(1)
    tasks[2].cancel()
    trace(await outcome(tasks[2]))


async def the_inner_one_takes_its_time():
    async def slow():
        try:
            await asyncio.sleep(10)
        finally:
            await asyncio.sleep(3)
            trace("clean")

    tasks = chain(asyncio.create_task(slow(), name="bottom"), 1)
    await asyncio.sleep(1)
    tasks[1].cancel()
    await asyncio.sleep(1)
    trace(f"outer done {int(tasks[1].done())}")
    trace(await outcome(tasks[1]))


async def a_second_cancel_while_it_takes_its_time():
    async def slow():
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            try:
                await asyncio.sleep(3)
            except asyncio.CancelledError:
                trace("interrupted again")
        return 5

    tasks = chain(asyncio.create_task(slow(), name="bottom"), 1)
    await asyncio.sleep(1)
    tasks[1].cancel()
    await asyncio.sleep(1)
    tasks[1].cancel()
    trace(await outcome(tasks[1]))
    trace("cancelling " + " ".join(str(task.cancelling()) for task in tasks))


async def both_the_task_and_what_it_awaits():
    future = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(link(future), name="t")
    await asyncio.sleep(0)
    future.cancel()
    task.cancel()
    trace(f"cancelling {task.cancelling()}")
    trace(await outcome(task))


run(
    from_the_top,
    from_the_bottom,
    from_the_middle,
    the_inner_one_swallows_it,
    the_inner_one_fails_instead,
    the_inner_one_takes_its_time,
    a_second_cancel_while_it_takes_its_time,
    both_the_task_and_what_it_awaits,
)
