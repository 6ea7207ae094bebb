"""Tasks know their names; a loop knows its tasks and which of them runs."""

import asyncio

from scenario import run, trace


async def sleeper(delay):
    await asyncio.sleep(delay)


def names():
    return " ".join(task.get_name() for task in asyncio.all_tasks())


async def default_names():
    main = asyncio.current_task()
    main.set_name("")
    tasks = [asyncio.create_task(sleeper(0)) for _ in range(3)]
    tasks.append(asyncio.create_task(sleeper(0), name="given"))
    trace(" ".join(task.get_name() for task in tasks))
    tasks[0].set_name("renamed")
    trace(" ".join(task.get_name() for task in tasks))
    for task in tasks:
        await task
    trace(" ".join(task.get_name() for task in tasks))


async def all_tasks_are_those_not_done():
    trace(names())
    tasks = [asyncio.create_task(sleeper(number), name=f"t{number}") for number in range(4)]
    trace(names())
    for _ in range(4):
        await asyncio.sleep(0.9)
        trace(names())
    for task in tasks:
        await task


async def a_cancelled_one_is_listed_until_it_ends():
    async def slow():
        try:
            await asyncio.sleep(10)
        finally:
            await asyncio.sleep(1)

    task = asyncio.create_task(slow(), name="slow")
    await asyncio.sleep(0)
    task.cancel()
    trace(names())
    await asyncio.sleep(0.5)
    trace(names())
    await asyncio.sleep(1)
    trace(names())


async def the_current_task():
    loop = asyncio.get_running_loop()

    def callback(label):
        trace(f"{label}: a task runs {int(asyncio.current_task() is not None)}")

    async def body(other):
        me = asyncio.current_task()
        trace(f"it is me {int(me.get_name() == 't')}, it is main {int(me is other)}")
        await asyncio.sleep(0)
        trace(f"still me {int(asyncio.current_task() is me)}")

    main = asyncio.current_task()
    loop.call_soon(callback, "soon")
    loop.call_later(0.1, callback, "timer")
    task = asyncio.create_task(body(main), name="t")
    task.add_done_callback(lambda _: callback("done"))
    await task
    trace(f"main again {int(asyncio.current_task() is main)}")
    await asyncio.sleep(1)


async def the_running_loop():
    loop = asyncio.get_running_loop()

    def callback():
        trace(f"in a callback {int(asyncio.get_running_loop() is loop)}")

    loop.call_soon(callback)
    await asyncio.sleep(0)
    trace(f"running {int(loop.is_running())}")


run(
    default_names,
    all_tasks_are_those_not_done,
    a_cancelled_one_is_listed_until_it_ends,
    the_current_task,
    the_running_loop,
)
