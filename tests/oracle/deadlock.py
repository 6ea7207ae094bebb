"""A program in which nothing can happen any more ends with an error; its tasks still clean up."""

import asyncio

from scenario import attempt, new_loop, run, trace


async def a_future_that_nobody_sets():
    future = asyncio.get_running_loop().create_future()
    await asyncio.sleep(1)
    try:
        await future
    finally:
        trace("main cleans up")


async def tasks_that_wait_for_main():
    future = asyncio.get_running_loop().create_future()

    async def waiter():
        try:
            await asyncio.shield(future)
        finally:
            trace("cleans up")
            await asyncio.sleep(1)
            trace("clean")

    tasks = [asyncio.create_task(waiter(), name=f"t{number}") for number in range(2)]
    try:
        await asyncio.wait(tasks)
    finally:
        trace("main cleans up")


def a_loop_may_run_again():
    loop = new_loop()
    future = loop.create_future()
    trace(attempt(loop.run_until_complete, future))
    loop.call_later(1, future.set_result, None)
    trace(attempt(loop.run_until_complete, future))
    loop.close()


run(a_future_that_nobody_sets, tasks_that_wait_for_main, a_loop_may_run_again)
