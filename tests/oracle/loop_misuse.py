"""A loop runs once at a time, in one thread, and never after it is closed."""

import asyncio

from scenario import attempt, new_loop, run, trace


def run_inside_itself():
    loop = new_loop()

    async def body():
        future = loop.create_future()
        trace(f"until complete: {attempt(loop.run_until_complete, future)}")
        trace(f"running {int(loop.is_running())}")
        await asyncio.sleep(0.1)
        trace("unharmed")
        return 1

    trace(attempt(loop.run_until_complete, loop.create_task(body(), name="body")))
    trace(f"running {int(loop.is_running())}")
    loop.close()


def another_one_inside():
    other = asyncio.new_event_loop()
    loop = new_loop()

    async def body():
        future = other.create_future()
        trace(f"until complete: {attempt(other.run_until_complete, future)}")
        trace(f"running {int(loop.is_running())} {int(other.is_running())}")

    trace(attempt(loop.run_until_complete, loop.create_task(body(), name="body")))
    loop.close()
    other.close()


def closed_while_it_runs():
    loop = new_loop()

    async def body():
        trace(f"close: {attempt(loop.close)}")
        await asyncio.sleep(0.1)
        trace("goes on")

    trace(attempt(loop.run_until_complete, loop.create_task(body(), name="body")))
    loop.close()


def nothing_runs_outside():
    loop = new_loop()
    trace(f"current {int(asyncio._get_running_loop() is not None)}")
    loop.call_soon(trace, "inside")
    trace("outside")
    loop.call_soon(loop.stop)
    loop.run_forever()
    trace(f"current {int(asyncio._get_running_loop() is not None)}")
    loop.close()


def stopped_before_the_result():
    loop = new_loop()

    async def body():
        await asyncio.sleep(1)
        trace("ends")
        return 2

    task = loop.create_task(body(), name="body")
    loop.call_later(0.5, loop.stop)
    trace(attempt(loop.run_until_complete, task))
    trace(f"done {int(task.done())}")
    trace(attempt(loop.run_until_complete, task))
    loop.close()


run(
    run_inside_itself,
    another_one_inside,
    closed_while_it_runs,
    nothing_runs_outside,
    stopped_before_the_result,
)
