"""A cancelled timer never runs, however late it is cancelled; cancelling it again does nothing."""

import asyncio

from scenario import now, run, trace


async def before_it_is_due():
    loop = asyncio.get_running_loop()
    first = loop.call_later(0.1, trace, "never")
    loop.call_later(0.2, trace, "the other")
    first.cancel()
    trace(f"cancelled {int(first.cancelled())}")
    first.cancel()
    await asyncio.sleep(0.3)
    trace("done")


async def by_an_earlier_timer():
    loop = asyncio.get_running_loop()
    victim = loop.call_later(0.2, trace, "never")
    loop.call_later(0.1, victim.cancel)
    await asyncio.sleep(0.3)
    trace(f"cancelled {int(victim.cancelled())}")


async def by_a_timer_of_the_same_batch():
    loop = asyncio.get_running_loop()
    victims = []

    def canceller():
        trace("cancels its neighbours")
        for victim in victims:
            victim.cancel()

    loop.call_later(0.1, canceller)
    victims.append(loop.call_later(0.1, trace, "never"))
    loop.call_later(0.1, trace, "the survivor")
    victims.append(loop.call_later(0.1, trace, "never"))
    await asyncio.sleep(0.2)
    trace("done")


async def after_it_ran():
    loop = asyncio.get_running_loop()
    timer = loop.call_later(0.1, trace, "ran")
    await asyncio.sleep(0.2)
    timer.cancel()
    trace("done")


async def when_is_exact():
    loop = asyncio.get_running_loop()
    start = loop.time()
    timers = [loop.call_later(delay, trace, "due") for delay in (0.25, 1, 60)]
    for timer in timers:
        trace(f"in {round((timer.when() - start) * 1000)} ms")
    timers[1].cancel()
    await asyncio.sleep(61)
    trace(f"{now()} ms")


async def cancelled_timers_do_not_hold_the_clock():
    loop = asyncio.get_running_loop()
    far = [loop.call_later(1000 + number, trace, "never") for number in range(200)]
    loop.call_later(1, trace, "near")
    for timer in far:
        timer.cancel()
    await asyncio.sleep(2)
    trace("done")


async def replaced_many_times():
    loop = asyncio.get_running_loop()
    timer = loop.call_later(0.1, trace, "never")
    for number in range(150):
        timer.cancel()
        timer = loop.call_later(0.1 + number / 1000, trace, f"watchdog {number}")
    await asyncio.sleep(1)
    trace("done")


run(
    before_it_is_due,
    by_an_earlier_timer,
    by_a_timer_of_the_same_batch,
    after_it_ran,
    when_is_exact,
    cancelled_timers_do_not_hold_the_clock,
    replaced_many_times,
)
