"""A runner runs several coroutines on one loop, and ends what is left when it closes."""

import asyncio
import contextvars

from scenario import ScenarioError, attempt, new_loop, run, trace

variable = contextvars.ContextVar("variable", default=0)


async def named(coroutine):
    asyncio.current_task().set_name("main")
    return await coroutine


def runs_share_loop_and_context():
    async def first():
        trace(f"variable {variable.get()}")
        variable.set(1)
        await asyncio.sleep(0.5)
        return 5

    async def second():
        trace(f"variable {variable.get()}")
        variable.set(2)
        return 6

    with asyncio.Runner(loop_factory=new_loop) as runner:
        trace(attempt(runner.run, named(first())))
        trace(attempt(runner.run, named(second())))
        trace(attempt(runner.run, named(second())))
    trace(f"outside {variable.get()}")


def outcomes():
    async def fails():
        await asyncio.sleep(1)
        raise ScenarioError(1)

    async def is_cancelled():
        asyncio.current_task().cancel()
        await asyncio.sleep(1)

    with asyncio.Runner(loop_factory=new_loop) as runner:
        trace(attempt(runner.run, named(fails())))
        trace(attempt(runner.run, named(is_cancelled())))
        trace(attempt(runner.run, named(fails())))


async def left_over(delay, cleanup, number):
    try:
        trace("waits")
        await asyncio.sleep(delay)
        trace("ends by itself")
    except asyncio.CancelledError:
        trace("interrupted")
        await asyncio.sleep(cleanup)
        trace("clean")
        if number:
            raise ScenarioError(number) from None
        raise


def the_close_cancels_the_rest():
    async def main():
        for number in range(3):
            task = asyncio.create_task(left_over(9, 3 - number, 0), name=f"left-{number}")
            kept.append(task)
        await asyncio.sleep(1)
        trace("main ends")

    kept = []
    with asyncio.Runner(loop_factory=new_loop) as runner:
        trace(attempt(runner.run, named(main())))
        trace("closes")
    trace("closed")


def a_task_lives_through_two_runs():
    async def start():
        kept.append(asyncio.create_task(left_over(2, 0, 0), name="left"))
        await asyncio.sleep(0.5)
        trace("first run ends")

    async def go_on():
        await asyncio.sleep(3)
        trace("second run ends")

    kept = []
    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(named(start()))
        trace("between")
        runner.run(named(go_on()))


def the_close_reports_failures():
    def handler(loop, context):
        trace(f"handler: Error({context['exception'].number})")

    async def main():
        asyncio.get_running_loop().set_exception_handler(handler)
        for number in range(3):
            task = asyncio.create_task(left_over(9, 0, number), name=f"left-{number}")
            kept.append(task)
        await asyncio.sleep(1)
        trace("main ends")

    kept = []
    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(named(main()))
    trace("closed")


def one_that_swallows_the_last_cancel():
    async def stubborn():
        try:
            await asyncio.sleep(100)
        except asyncio.CancelledError:
            trace("swallows it")
        await asyncio.sleep(5)
        trace("ends by itself")

    async def main():
        kept.append(asyncio.create_task(stubborn(), name="stubborn"))
        await asyncio.sleep(1)

    kept = []
    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(named(main()))
    trace("closed")


def misuse():
    async def inner():
        return 1

    async def outer():
        coroutine = inner()
        trace(f"inside a run: {attempt(runner.run, coroutine)}")
        coroutine.close()

    runner = asyncio.Runner(loop_factory=new_loop)
    runner.run(named(outer()))
    runner.close()
    runner.close()
    coroutine = inner()
    trace(f"after the close: {attempt(runner.run, coroutine)}")
    coroutine.close()
    trace(f"its loop: {attempt(runner.get_loop)}")


run(
    runs_share_loop_and_context,
    outcomes,
    the_close_cancels_the_rest,
    a_task_lives_through_two_runs,
    the_close_reports_failures,
    one_that_swallows_the_last_cancel,
    misuse,
)
