"""gather runs its arguments side by side and gives the results in the order of the arguments."""

import asyncio

from scenario import run, trace


async def returns(delay, value):
    trace("starts")
    await asyncio.sleep(delay)
    trace(f"returns {value}")
    return value


def task(name, delay, value):
    return asyncio.create_task(returns(delay, value), name=name)


def listing(values):
    return " ".join(str(int(value or 0)) for value in values)


async def in_argument_order():
    results = await asyncio.gather(task("a", 0.3, 1), task("b", 0.1, 2), task("c", 0.2, 3))
    trace(f"results {listing(results)}")


async def of_coroutines():
    async def quiet(delay, value):
        await asyncio.sleep(delay)
        return value

    results = await asyncio.gather(quiet(0.3, 4), quiet(0.1, 5), quiet(0.3, 6))
    trace(f"results {listing(results)}")


async def of_futures():
    loop = asyncio.get_running_loop()
    futures = [loop.create_future() for _ in range(3)]
    for number, future in enumerate(futures):
        loop.call_later(1 + number * 2 % 3, future.set_result, None)
        future.add_done_callback(lambda _, number=number: trace(f"future {number} is done"))
    trace(f"results {listing(await asyncio.gather(*futures))}")


async def duplicates_run_once():
    one = task("one", 0.1, 7)
    two = task("two", 0.2, 8)
    trace(f"results {listing(await asyncio.gather(one, two, one, one, two))}")


async def nested():
    async def pair(name, delay):
        results = await asyncio.gather(
            task(f"{name}.a", delay, 1), task(f"{name}.b", delay + 0.1, 2)
        )
        trace(f"pair {listing(results)}")
        return sum(results)

    left = asyncio.create_task(pair("left", 0.2), name="left")
    right = asyncio.create_task(pair("right", 0.1), name="right")
    trace(f"results {listing(await asyncio.gather(left, right))}")


async def the_caller_resumes_one_iteration_after_the_last():
    loop = asyncio.get_running_loop()
    first = task("first", 0, 1)
    last = task("last", 0.1, 2)
    last.add_done_callback(lambda _: loop.call_soon(trace, "soon from the last one's callback"))
    gathered = asyncio.gather(first, last)
    last.add_done_callback(lambda _: trace("callback behind the gather's own"))
    await gathered
    trace("gathered")


async def some_are_done_already():
    one = task("one", 0, 1)
    await one
    two = task("two", 0.1, 2)
    trace(f"results {listing(await asyncio.gather(one, two))}")


run(
    in_argument_order,
    of_coroutines,
    of_futures,
    duplicates_run_once,
    nested,
    the_caller_resumes_one_iteration_after_the_last,
    some_are_done_already,
)
