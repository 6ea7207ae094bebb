# needs: 3.13
"""Events: set wakes all who wait, in their order; who was woken is not put off by a clear."""

import asyncio

from scenario import outcome, run, show, trace


async def waiter(event):
    try:
        await event.wait()
    except BaseException as error:
        trace(f"{show(error)}, set {int(event.is_set())}")
        raise
    trace(f"woken, set {int(event.is_set())}")


def crowd(event, count):
    return [asyncio.create_task(waiter(event), name=f"w{i}") for i in range(count)]


async def end(tasks):
    for task in tasks:
        trace(await outcome(task))


async def all_are_woken():
    event = asyncio.Event()
    tasks = crowd(event, 3)
    await asyncio.sleep(1)
    event.set()
    trace(f"set {int(event.is_set())}")
    await end(tasks)


async def a_set_event_does_not_suspend():
    event = asyncio.Event()
    event.set()
    asyncio.get_running_loop().call_soon(trace, "another callback")
    for _ in range(3):
        await event.wait()
    trace("three times")
    await asyncio.sleep(0)


async def cleared_at_once():
    event = asyncio.Event()
    tasks = crowd(event, 2)
    await asyncio.sleep(1)
    event.set()
    event.clear()
    trace(f"set {int(event.is_set())}")
    late = asyncio.create_task(waiter(event), name="late")
    await end(tasks)
    await asyncio.sleep(1)
    event.set()
    await end([late])


async def set_twice():
    event = asyncio.Event()
    event.set()
    event.set()
    event.clear()
    event.clear()
    tasks = crowd(event, 2)
    await asyncio.sleep(0)
    event.set()
    event.set()
    await end(tasks)


async def again_and_again(event):
    for _ in range(3):
        await waiter(event)
        event.clear()


async def one_clears_what_others_wait_for():
    event = asyncio.Event()
    tasks = [asyncio.create_task(again_and_again(event), name=f"a{i}") for i in range(3)]
    for _ in range(3):
        await asyncio.sleep(1)
        trace("sets")
        event.set()
    await end(tasks)


async def one_is_cancelled():
    event = asyncio.Event()
    tasks = crowd(event, 3)
    await asyncio.sleep(1)
    tasks[1].cancel()
    event.set()
    await end(tasks)


async def cancelled_after_the_wake():
    event = asyncio.Event()
    tasks = crowd(event, 3)
    await asyncio.sleep(1)
    event.set()
    tasks[1].cancel()
    event.clear()
    await end(tasks)


async def cancels_itself(event):
    asyncio.current_task().cancel()
    await waiter(event)
    trace("goes on")
    await asyncio.sleep(0)


async def a_request_from_before():
    event = asyncio.Event()
    await end([asyncio.create_task(cancels_itself(event), name="clear")])
    event.set()
    await end([asyncio.create_task(cancels_itself(event), name="set")])


async def timed_out():
    event = asyncio.Event()
    trace(await outcome(asyncio.wait_for(event.wait(), 1)))
    asyncio.get_running_loop().call_later(1, event.set)
    trace("Error" if (await event.wait()) is not True else "woken")
    asyncio.get_running_loop().call_soon(event.clear)


async def deadlock():
    await asyncio.Event().wait()


run(
    all_are_woken,
    a_set_event_does_not_suspend,
    cleared_at_once,
    set_twice,
    one_clears_what_others_wait_for,
    one_is_cancelled,
    cancelled_after_the_wake,
    a_request_from_before,
    timed_out,
    deadlock,
)
