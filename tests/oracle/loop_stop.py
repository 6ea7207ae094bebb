"""stop finishes the iteration that runs; what that iteration scheduled stays for the next run."""

import asyncio

from scenario import attempt, new_loop, run, trace


def finishes_the_batch():
    loop = new_loop()

    def stopper():
        trace("stops")
        loop.stop()
        loop.call_soon(trace, "scheduled while stopping")

    loop.call_soon(trace, "before")
    loop.call_soon(stopper)
    loop.call_soon(trace, "behind")
    loop.run_forever()
    trace("stopped")
    loop.call_soon(loop.stop)
    loop.run_forever()
    trace("stopped again")
    loop.close()


def stop_before_the_run():
    loop = new_loop()
    loop.call_soon(trace, "one iteration")
    loop.call_later(1, trace, "not due")
    loop.stop()
    loop.run_forever()
    trace("stopped")
    loop.call_later(2, loop.stop)
    loop.run_forever()
    trace("stopped again")
    loop.close()


def stop_twice():
    loop = new_loop()

    def stopper():
        trace("stops")
        loop.stop()
        loop.stop()

    loop.call_soon(stopper)
    loop.run_forever()
    loop.call_soon(trace, "a second stop does not count")
    loop.call_later(0.5, loop.stop)
    loop.run_forever()
    trace("done")
    loop.close()


def stop_from_a_timer():
    loop = new_loop()
    loop.call_later(0.1, trace, "first")
    loop.call_later(0.2, loop.stop)
    loop.call_later(0.2, trace, "due together")
    loop.call_later(0.3, trace, "later")
    loop.run_forever()
    trace("stopped")
    loop.call_later(0.2, loop.stop)
    loop.run_forever()
    trace("stopped again")
    loop.close()


def stopped_before_the_future_is_done():
    loop = new_loop()
    future = loop.create_future()
    loop.call_later(1, loop.stop)
    trace(attempt(loop.run_until_complete, future))
    trace(f"running {int(loop.is_running())}, done {int(future.done())}")
    loop.call_later(1, future.set_result, None)
    trace(attempt(loop.run_until_complete, future))
    loop.close()


def a_task_survives_a_stop():
    loop = new_loop()

    async def worker():
        for turn in range(3):
            trace(f"turn {turn}")
            await asyncio.sleep(1)
        return 7

    task = loop.create_task(worker(), name="worker")
    loop.call_later(1.5, loop.stop)
    loop.run_forever()
    trace("stopped")
    trace(attempt(loop.run_until_complete, task))
    loop.close()


run(
    finishes_the_batch,
    stop_before_the_run,
    stop_twice,
    stop_from_a_timer,
    stopped_before_the_future_is_done,
    a_task_survives_a_stop,
)
