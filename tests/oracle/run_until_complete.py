"""run_until_complete returns the outcome at the end of the iteration after that which set it."""

import asyncio

from scenario import ScenarioError, attempt, new_loop, run, trace


def outcomes():
    loop = new_loop()

    async def returns():
        return 3

    async def fails():
        raise ScenarioError(4)

    async def is_cancelled():
        asyncio.current_task().cancel()
        await asyncio.sleep(1)

    for coroutine in (returns(), fails(), is_cancelled()):
        trace(attempt(loop.run_until_complete, loop.create_task(coroutine, name="t")))
    loop.close()


def a_future_that_is_done():
    loop = new_loop()
    future = loop.create_future()
    future.set_result(None)
    loop.call_soon(trace, "ready")
    trace(attempt(loop.run_until_complete, future))
    cancelled = loop.create_future()
    cancelled.cancel()
    trace(attempt(loop.run_until_complete, cancelled))
    loop.close()


def leftovers_wait_for_the_next_run():
    loop = new_loop()

    def chain(left):
        trace(f"chain {left}")
        if left:
            loop.call_soon(chain, left - 1)

    async def body():
        loop.call_soon(chain, 4)
        trace("body ends")

    loop.run_until_complete(loop.create_task(body(), name="body"))
    trace("between the runs")

    async def rest():
        await asyncio.sleep(0.1)
        trace("rest ends")

    loop.run_until_complete(loop.create_task(rest(), name="rest"))
    loop.close()


def the_clock_goes_on_between_runs():
    loop = new_loop()
    loop.call_later(0.15, trace, "timer of the first run")
    for number in range(3):
        task = loop.create_task(asyncio.sleep(0.1), name=f"sleep-{number}")
        trace(attempt(loop.run_until_complete, task))
    loop.close()


def done_callbacks_around_the_end():
    loop = new_loop()

    async def body():
        trace("body")
        return 1

    task = loop.create_task(body(), name="body")
    task.add_done_callback(lambda _: trace("callback from before"))
    loop.run_until_complete(task)
    trace("returned")
    task.add_done_callback(lambda _: trace("callback from after"))
    trace("nothing runs outside")
    loop.call_soon(loop.stop)
    loop.run_forever()
    loop.close()


run(
    outcomes,
    a_future_that_is_done,
    leftovers_wait_for_the_next_run,
    the_clock_goes_on_between_runs,
    done_callbacks_around_the_end,
)
