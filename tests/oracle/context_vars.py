"""A task starts with a copy of its creator's context; callbacks run in the one they were set in."""

import asyncio
import contextvars

from scenario import run, trace

variable = contextvars.ContextVar("variable", default=0)
other = contextvars.ContextVar("other", default=0)


def tell(label):
    trace(f"{label}: {variable.get()} {other.get()}")


async def tasks_copy():
    async def child(value):
        tell("begins with")
        variable.set(value)
        await asyncio.sleep(0.1)
        tell("still has")

    variable.set(1)
    first = asyncio.create_task(child(10), name="first")
    variable.set(2)
    second = asyncio.create_task(child(20), name="second")
    variable.set(3)
    await first
    await second
    tell("main has")


async def a_direct_call_shares():
    async def callee():
        variable.set(5)
        await asyncio.sleep(0)

    variable.set(4)
    await callee()
    tell("main has")


async def callbacks():
    loop = asyncio.get_running_loop()
    variable.set(1)
    loop.call_soon(tell, "soon")
    loop.call_later(0.1, tell, "timer")
    variable.set(2)
    loop.call_later(0.2, tell, "later timer")
    future = loop.create_future()
    future.add_done_callback(lambda _: tell("done callback"))
    variable.set(3)
    future.set_result(None)
    await asyncio.sleep(0.3)
    tell("main has")


async def a_callback_changes_its_own():
    loop = asyncio.get_running_loop()

    def changer():
        variable.set(99)
        tell("changed")

    variable.set(1)
    context = contextvars.copy_context()
    loop.call_soon(changer, context=context)
    loop.call_soon(tell, "in the same context", context=context)
    await asyncio.sleep(0)
    tell("main has")


async def reset():
    variable.set(1)
    token = variable.set(2)
    inner = variable.set(3)
    tell("set")
    variable.reset(inner)
    tell("reset once")
    variable.reset(token)
    tell("reset twice")


async def generations():
    async def level(depth):
        variable.set(variable.get() + 1)
        other.set(other.get() + 10)
        if depth:
            await asyncio.create_task(level(depth - 1), name=f"level-{depth - 1}")
        tell(f"level {depth}")

    variable.set(0)
    await level(3)


async def many_variables():
    variables = [contextvars.ContextVar(f"v{number}", default=-1) for number in range(20)]

    async def child():
        trace(" ".join(str(one.get()) for one in variables))
        for one in variables[::2]:
            one.set(0)

    for number, one in enumerate(variables):
        if number % 3:
            one.set(number)
    await asyncio.create_task(child(), name="child")
    trace(" ".join(str(one.get()) for one in variables))


run(
    tasks_copy,
    a_direct_call_shares,
    callbacks,
    a_callback_changes_its_own,
    reset,
    generations,
    many_variables,
)
