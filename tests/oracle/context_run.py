# needs: 3.12
"""Context.run: what is set inside stays there; a context is entered by one at a time."""

import asyncio
import contextvars

from scenario import ScenarioError, attempt, outcome, run, trace

variable = contextvars.ContextVar("variable", default=0)


def tell(label):
    trace(f"{label}: {variable.get()}")


def change(value):
    tell("inside")
    variable.set(value)
    return value


async def sets_stay_inside():
    variable.set(1)
    context = contextvars.copy_context()
    variable.set(2)
    trace(context.run(change, 5))
    tell("outside")
    trace(context.run(change, 6))
    trace(f"{context[variable]} {variable.get()}")
    copy = context.copy()
    trace(copy.run(change, 7))
    trace(f"{context[variable]} {copy[variable]}")


async def an_empty_one():
    context = contextvars.Context()
    variable.set(3)
    trace(f"{len(context)} {variable in context:d} {context.get(variable, -1)}")
    trace(context.run(change, 4))
    trace(f"{len(context)} {variable in context:d} {context.get(variable, -1)}")


async def entered_twice():
    context = contextvars.copy_context()
    other = contextvars.copy_context()

    def again():
        trace(attempt(context.run, change, 1))
        return 1

    def within():
        trace(attempt(other.run, again))
        return 2

    trace(attempt(context.run, again))
    trace(attempt(context.run, within))
    trace(attempt(context.run, change, 9))


def fail():
    variable.set(8)
    raise ScenarioError(1)


async def an_error_leaves_it():
    context = contextvars.copy_context()
    trace(attempt(context.run, fail))
    tell("outside")
    trace(context[variable])
    trace(context.run(change, 2))


async def inside_callbacks():
    loop = asyncio.get_running_loop()
    context = contextvars.copy_context()
    variable.set(1)

    def callback():
        trace(attempt(context.run, change, 2))
        tell("callback")

    def callback_in_it():
        tell("callback in it")
        trace(attempt(context.run, change, 2))

    loop.call_soon(callback)
    loop.call_soon(callback_in_it, context=context)
    await asyncio.sleep(0)
    trace(context[variable])


async def add_one(name):
    variable.set(variable.get() + 1)
    tell(name)
    await asyncio.sleep(0)
    variable.set(variable.get() + 10)
    tell(name)


async def tasks_that_share():
    context = contextvars.copy_context()
    tasks = [
        asyncio.create_task(add_one(name), name=name, context=context) for name in ("a", "b")
    ]
    trace(f"{tasks[0].get_context() is context:d}")
    await asyncio.gather(*tasks)
    trace(f"{context[variable]} {variable.get()}")


async def the_tasks_own():
    variable.set(1)

    async def child():
        context = asyncio.current_task().get_context()
        trace(attempt(context.run, change, 1))
        variable.set(5)
        trace(context[variable])

    task = asyncio.create_task(child(), name="child")
    trace(task.get_context()[variable])
    trace(task.get_context().run(change, 4))
    trace(await outcome(task))
    tell("main")


run(
    sets_stay_inside,
    an_empty_one,
    entered_twice,
    an_error_leaves_it,
    inside_callbacks,
    tasks_that_share,
    the_tasks_own,
)
