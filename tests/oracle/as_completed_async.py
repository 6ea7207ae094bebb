# needs: 3.13
"""as_completed as an asynchronous iterator: it yields the futures themselves, as they are done."""

import asyncio

from scenario import ScenarioError, outcome, result, run, show, trace


async def body(delay, value):
    await asyncio.sleep(delay)
    if value < 0:
        raise ScenarioError(-value)
    return value


def spawn(name, delay, value):
    return asyncio.create_task(body(delay, value), name=name)


async def original_futures():
    tasks = [spawn("a", 0.3, 1), spawn("b", 0.1, -2), spawn("c", 0.2, 3)]
    asyncio.get_running_loop().call_later(0.15, tasks[2].cancel)
    async for one in asyncio.as_completed(tasks):
        trace(f"{one.get_name()}: {result(one)}")


async def coroutines_become_tasks():
    count = 0
    async for one in asyncio.as_completed([body(0.2, 1), body(0.1, 2)]):
        count += 1
        trace(f"{isinstance(one, asyncio.Task):d} {result(one)}")
    trace(f"{count} in all")


async def same_future_twice():
    future = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_later(0.1, future.set_result, None)
    count = 0
    async for one in asyncio.as_completed([future, future, future]):
        count += 1
        trace(f"{one is future:d} {result(one)}")
    trace(f"{count} in all")


async def time_is_up():
    tasks = [spawn("a", 0.1, 1), spawn("b", 0.4, 2), spawn("c", 0.5, 3)]
    iterator = asyncio.as_completed(tasks, timeout=0.2)
    while True:
        try:
            one = await anext(iterator)
        except StopAsyncIteration:
            break
        except TimeoutError as error:
            trace(show(error))
            continue
        trace(f"{one.get_name()}: {result(one)}")
    trace(" ".join("1" if task.done() else "0" for task in tasks))
    await asyncio.gather(*tasks)


async def slow_consumer():
    tasks = [spawn("a", 0.1, 1), spawn("b", 0.2, 2), spawn("c", 0.9, 3)]
    iterator = asyncio.as_completed(tasks, timeout=0.5)
    await asyncio.sleep(0.6)
    for _ in range(3):
        try:
            one = await anext(iterator)
            trace(f"{one.get_name()}: {result(one)}")
        except TimeoutError as error:
            trace(show(error))
    await asyncio.gather(*tasks)


async def a_past_timeout():
    done = asyncio.get_running_loop().create_future()
    done.set_result(None)
    pending = spawn("a", 1, 1)
    iterator = asyncio.as_completed([done, pending], timeout=-1)
    for _ in range(2):
        try:
            await anext(iterator)
            trace("one")
        except TimeoutError as error:
            trace(show(error))
    pending.cancel()
    trace(await outcome(pending))


async def all_done_stops_the_clock():
    tasks = [spawn("a", 0.1, 1), spawn("b", 0.2, 2)]
    iterator = asyncio.as_completed(tasks, timeout=0.5)
    async for one in iterator:
        trace(f"{one.get_name()}: {result(one)}")
    await asyncio.sleep(1)
    trace("nothing more")


async def both_forms_mixed():
    tasks = [spawn("a", 0.1, 1), spawn("b", 0.2, 2), spawn("c", 0.3, 3)]
    iterator = asyncio.as_completed(tasks)
    one = await anext(iterator)
    trace(f"{one.get_name()}: {result(one)}")
    trace(await outcome(next(iterator)))
    one = await anext(iterator)
    trace(f"{one.get_name()}: {result(one)}")


async def done_in_one_iteration():
    futures = [asyncio.get_running_loop().create_future() for _ in range(3)]
    numbers = {future: number for number, future in enumerate(futures)}
    asyncio.get_running_loop().call_soon(futures[1].set_result, None)
    asyncio.get_running_loop().call_soon(futures[0].set_result, None)
    asyncio.get_running_loop().call_soon(futures[2].cancel)
    async for one in asyncio.as_completed(futures):
        trace(f"{numbers[one]}: {result(one)}")


run(
    original_futures,
    coroutines_become_tasks,
    same_future_twice,
    time_is_up,
    slow_consumer,
    a_past_timeout,
    all_done_stops_the_clock,
    both_forms_mixed,
    done_in_one_iteration,
)
