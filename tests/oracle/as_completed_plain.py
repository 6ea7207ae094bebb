# needs: 3.13
"""as_completed as a plain iterator: each awaitable gives one more result, as they come."""

import asyncio

from scenario import ScenarioError, outcome, result, run, show, trace


async def body(delay, value):
    await asyncio.sleep(delay)
    trace(f"ends with {value}")
    if value < 0:
        raise ScenarioError(-value)
    return value


def spawn(name, delay, value):
    return asyncio.create_task(body(delay, value), name=name)


async def order_of_ends():
    tasks = [spawn("a", 0.3, 1), spawn("b", 0.1, 2), spawn("c", 0.2, 3)]
    for one in asyncio.as_completed(tasks):
        trace(f"got {await outcome(one)}")


async def failures_and_cancels():
    tasks = [spawn("a", 0.1, 1), spawn("b", 0.2, -2), spawn("c", 0.3, 3)]
    asyncio.get_running_loop().call_later(0.15, tasks[2].cancel)
    for one in asyncio.as_completed(tasks):
        trace(f"got {await outcome(one)}")


async def done_already():
    future = asyncio.get_running_loop().create_future()
    future.set_result(7)
    task = spawn("a", 0, 1)
    for one in asyncio.as_completed([future, future, task]):
        trace("asks")
        trace(f"got {await outcome(one)}")


async def time_is_up():
    tasks = [spawn("a", 0.1, 1), spawn("b", 0.4, 2), spawn("c", 0.5, 3)]
    for one in asyncio.as_completed(tasks, timeout=0.2):
        trace(f"got {await outcome(one)}")
    trace(" ".join("1" if task.done() else "0" for task in tasks))
    await asyncio.gather(*tasks)
    trace(" ".join(map(result, tasks)))


async def nothing():
    for one in asyncio.as_completed([]):
        trace(f"got {await outcome(one)}")
    trace("none")


async def left_early():
    tasks = [spawn("a", 0.1, 1), spawn("b", 0.2, 2)]
    for one in asyncio.as_completed(tasks):
        trace(f"got {await outcome(one)}")
        break
    await asyncio.gather(*tasks)
    trace(" ".join(map(result, tasks)))


async def waiter(one):
    trace("waits")
    value = await one
    trace(f"got {show(value)}")
    return value


async def all_at_once():
    tasks = [spawn("a", 0.3, 1), spawn("b", 0.1, 2), spawn("c", 0.2, 3)]
    ones = list(asyncio.as_completed(tasks))
    waiters = [asyncio.create_task(waiter(one), name=f"w{i}") for i, one in enumerate(ones)]
    await asyncio.gather(*waiters)
    trace(" ".join(map(result, waiters)))


async def one_waiter_is_cancelled():
    tasks = [spawn("a", 0.3, 1), spawn("b", 0.1, 2), spawn("c", 0.2, 3)]
    ones = list(asyncio.as_completed(tasks))
    waiters = [asyncio.create_task(waiter(one), name=f"w{i}") for i, one in enumerate(ones)]
    await asyncio.sleep(0.05)
    waiters[0].cancel()
    await asyncio.sleep(0.15)
    waiters[2].cancel()
    await asyncio.wait(waiters)
    trace(" ".join(map(result, waiters)))
    await asyncio.gather(*tasks)


async def cancelled_when_just_woken():
    future = asyncio.get_running_loop().create_future()
    other = asyncio.get_running_loop().create_future()
    ones = list(asyncio.as_completed([future, other]))
    waiters = [asyncio.create_task(waiter(one), name=f"w{i}") for i, one in enumerate(ones)]
    await asyncio.sleep(0)
    future.set_result(None)
    await asyncio.sleep(0)
    waiters[0].cancel()
    await asyncio.sleep(0.1)
    trace(" ".join("1" if one.done() else "0" for one in waiters))
    other.set_result(None)
    trace(await outcome(waiters[1]))
    trace(result(waiters[0]))


async def gathered():
    tasks = [spawn("a", 0.3, 1), spawn("b", 0.1, 2)]
    first, second = asyncio.as_completed(tasks)
    trace(" ".join(map(show, await asyncio.gather(second, first))))


run(
    order_of_ends,
    failures_and_cancels,
    done_already,
    time_is_up,
    nothing,
    left_early,
    all_at_once,
    one_waiter_is_cancelled,
    cancelled_when_just_woken,
    gathered,
)
