# needs: 3.13
"""Inside an eager first step: the current task, the list of tasks, cancels; and what is left."""

import asyncio

from scenario import outcome, result, run, trace


def names():
    return " ".join(sorted(task.get_name() for task in asyncio.all_tasks()))


def set_eager():
    asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)


async def listed_in_its_first_step():
    set_eager()

    async def child():
        asyncio.current_task().set_name("child")
        trace(names())
        await asyncio.sleep(0)

    task = asyncio.create_task(child(), name="child")
    trace(names())
    await task
    trace(names())


async def nested_first_steps():
    set_eager()

    async def step(depth):
        asyncio.current_task().set_name(f"step-{depth}")
        if depth:
            asyncio.create_task(step(depth - 1), name=f"step-{depth - 1}")
        trace(names())

    asyncio.create_task(step(3), name="step-3")
    trace(names())


async def no_coroutine_left():
    set_eager()

    async def give(value, suspends):
        if suspends:
            await asyncio.sleep(0)
        return value

    task = asyncio.create_task(give(1, False))
    trace(f"{task.done():d} {task.get_coro() is None:d} {result(task)}")
    task = asyncio.create_task(give(2, True))
    trace(f"{task.done():d} {task.get_coro() is None:d}")
    await task
    trace(f"{task.get_coro() is None:d} {result(task)}")


async def cancels_itself():
    set_eager()

    async def returns():
        asyncio.current_task().set_name("a")
        asyncio.current_task().cancel()
        return 1

    async def suspends():
        asyncio.current_task().set_name("b")
        asyncio.current_task().cancel()
        await asyncio.sleep(1)

    trace(await outcome(asyncio.create_task(returns(), name="a")))
    trace(await outcome(asyncio.create_task(suspends(), name="b")))


async def cancels_its_creator():
    set_eager()
    main = asyncio.current_task()

    async def child():
        main.cancel()

    asyncio.create_task(child())
    trace("goes on")
    trace(await outcome(asyncio.sleep(1)))
    main.uncancel()


async def by_a_constructor():
    loop = asyncio.get_running_loop()
    made = []

    def construct(coro, *, loop, name=None, context=None, eager_start):
        made.append(eager_start)
        return asyncio.Task(coro, loop=loop, name=name, context=context, eager_start=eager_start)

    async def give(value):
        return value

    loop.set_task_factory(asyncio.create_eager_task_factory(construct))
    task = asyncio.create_task(give(3))
    trace(f"{task.done():d} {result(task)} {len(made)}")


async def done_callbacks_of_one_that_ended():
    set_eager()

    async def give():
        return 1

    task = asyncio.create_task(give())
    task.add_done_callback(lambda task: trace(f"callback {result(task)}"))
    trace("added")
    await asyncio.sleep(0)


run(
    listed_in_its_first_step,
    nested_first_steps,
    no_coroutine_left,
    cancels_itself,
    cancels_its_creator,
    by_a_constructor,
    done_callbacks_of_one_that_ended,
)
