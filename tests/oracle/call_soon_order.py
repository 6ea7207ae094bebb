"""call_soon is first in, first out; what a callback schedules waits for the next iteration."""

import asyncio

from scenario import run, trace


async def first_in_first_out():
    loop = asyncio.get_running_loop()
    for number in range(5):
        loop.call_soon(trace, f"callback {number}")
    trace("scheduled")
    await asyncio.sleep(0)
    trace("after one iteration")


async def nested_waits_for_the_next_iteration():
    loop = asyncio.get_running_loop()

    def outer(label):
        trace(f"outer {label}")
        loop.call_soon(inner, label)

    def inner(label):
        trace(f"inner {label}")

    loop.call_soon(outer, "a")
    loop.call_soon(outer, "b")
    for turn in range(3):
        await asyncio.sleep(0)
        trace(f"turn {turn}")


async def cancelled_handle_is_skipped():
    loop = asyncio.get_running_loop()
    loop.call_soon(trace, "first")
    skipped = loop.call_soon(trace, "never")
    loop.call_soon(trace, "third")
    skipped.cancel()
    trace(f"cancelled {int(skipped.cancelled())}")
    await asyncio.sleep(0)
    trace("done")


async def cancelled_by_an_earlier_callback():
    loop = asyncio.get_running_loop()
    handles = []

    def canceller():
        trace("cancels the last one")
        handles[1].cancel()

    loop.call_soon(canceller)
    handles.append(loop.call_soon(trace, "between"))
    handles.append(loop.call_soon(trace, "never"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    trace("done")


async def chains_interleave():
    loop = asyncio.get_running_loop()

    def link(label, left):
        trace(f"{label}{left}")
        if left:
            loop.call_soon(link, label, left - 1)

    loop.call_soon(link, "a", 3)
    loop.call_soon(link, "b", 2)
    loop.call_soon(link, "c", 4)
    for turn in range(6):
        await asyncio.sleep(0)
        trace(f"turn {turn}")


async def tasks_and_callbacks_share_one_queue():
    loop = asyncio.get_running_loop()

    async def worker(label):
        trace(f"{label} starts")
        loop.call_soon(trace, f"callback of {label}")
        await asyncio.sleep(0)
        trace(f"{label} ends")

    loop.call_soon(trace, "before the tasks")
    a = asyncio.create_task(worker("a"), name="a")
    loop.call_soon(trace, "between the tasks")
    b = asyncio.create_task(worker("b"), name="b")
    loop.call_soon(trace, "behind the tasks")
    await a
    await b
    trace("done")


async def threadsafe_calls_of_the_loops_own_thread():
    loop = asyncio.get_running_loop()
    loop.call_soon(trace, "first")
    loop.call_soon_threadsafe(trace, "second, thread-safe")
    loop.call_soon(trace, "third")
    await asyncio.sleep(0)
    trace("done")


run(
    first_in_first_out,
    nested_waits_for_the_next_iteration,
    cancelled_handle_is_skipped,
    cancelled_by_an_earlier_callback,
    chains_interleave,
    tasks_and_callbacks_share_one_queue,
    threadsafe_calls_of_the_loops_own_thread,
)
