"""A runner's runs share one context, which begins as a copy of the caller's."""

import asyncio
import contextvars

from scenario import attempt, new_loop, run, trace

variable = contextvars.ContextVar("variable", default=0)


async def add(value):
    trace(f"begins with {variable.get()}")
    variable.set(variable.get() + value)


def named(coroutine):
    async def main():
        asyncio.current_task().set_name("main")
        return await coroutine

    return main()


def runs_share():
    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(named(add(1)))
        runner.run(named(add(10)))
        runner.run(named(add(100)))
    trace(variable.get())


def begins_as_a_copy():
    def inside():
        variable.set(5)
        with asyncio.Runner(loop_factory=new_loop) as runner:
            runner.get_loop()
            variable.set(6)
            runner.run(named(add(1)))
            runner.run(named(add(1)))
        trace(variable.get())

    contextvars.copy_context().run(inside)
    trace(variable.get())


def one_given():
    context = contextvars.copy_context()
    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(named(add(1)), context=context)
        runner.run(named(add(2)))
        runner.run(named(add(3)), context=context)
    trace(context[variable])


def after_the_close():
    runner = asyncio.Runner(loop_factory=new_loop)
    runner.close()
    trace(f"{runner.get_loop().is_running():d}")
    runner.close()
    trace(attempt(runner.get_loop))
    runner.close()


run(runs_share, begins_as_a_copy, one_given, after_the_close)
