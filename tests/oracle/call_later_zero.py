"""A timer of zero or negative delay is due in the next iteration, behind what is ready by then."""

import asyncio

from scenario import run, trace


async def behind_what_is_ready():
    loop = asyncio.get_running_loop()
    loop.call_later(0, trace, "later 0")
    loop.call_soon(trace, "soon, scheduled after it")
    await asyncio.sleep(0)
    trace("the sleep was ready before the timer")
    await asyncio.sleep(0)
    trace("done")


async def negative_goes_by_deadline():
    loop = asyncio.get_running_loop()
    loop.call_later(0, trace, "zero")
    loop.call_later(-1, trace, "minus one")
    loop.call_later(-2, trace, "minus two")
    loop.call_at(loop.time() - 1, trace, "minus one again")
    await asyncio.sleep(0)
    trace("first turn")
    await asyncio.sleep(0)
    trace("second turn")


async def in_the_same_iteration_as_the_ready_ones():
    loop = asyncio.get_running_loop()

    def timer():
        trace("timer")
        loop.call_soon(trace, "soon from timer")

    def ready():
        trace("ready")
        loop.call_soon(trace, "soon from ready")

    loop.call_later(0, timer)
    loop.call_soon(ready)
    for turn in range(3):
        await asyncio.sleep(0)
        trace(f"turn {turn}")


async def a_busy_loop_does_not_starve_timers():
    loop = asyncio.get_running_loop()
    left = 5

    def busy():
        nonlocal left
        trace(f"busy {left}")
        left -= 1
        if left:
            loop.call_soon(busy)

    loop.call_soon(busy)
    loop.call_later(0, trace, "timer")
    await asyncio.sleep(0.001)
    trace("done")


async def timer_chain_of_zero():
    loop = asyncio.get_running_loop()

    def link(left):
        trace(f"link {left}")
        if left:
            loop.call_later(0, link, left - 1)

    loop.call_later(0, link, 3)
    await asyncio.sleep(0.01)
    trace("done")


run(
    behind_what_is_ready,
    negative_goes_by_deadline,
    in_the_same_iteration_as_the_ready_ones,
    a_busy_loop_does_not_starve_timers,
    timer_chain_of_zero,
)
