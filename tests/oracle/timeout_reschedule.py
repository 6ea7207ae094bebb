"""The end of a timeout can be moved while it runs, and only then."""

import asyncio

from scenario import attempt, outcome, run, trace


def in_ms(limit):
    return round((limit.when() - asyncio.get_running_loop().time()) * 1000)


async def further():
    loop = asyncio.get_running_loop()
    limit = asyncio.timeout(1)

    async def block():
        async with limit:
            trace(f"in {in_ms(limit)} ms")
            await asyncio.sleep(0.5)
            limit.reschedule(loop.time() + 2)
            trace(f"in {in_ms(limit)} ms")
            await asyncio.sleep(10)

    trace(await outcome(block()))


async def nearer():
    loop = asyncio.get_running_loop()

    async def block():
        async with asyncio.timeout(10) as limit:
            limit.reschedule(loop.time() + 1)
            await asyncio.sleep(5)

    trace(await outcome(block()))


async def into_the_past():
    loop = asyncio.get_running_loop()

    async def block():
        async with asyncio.timeout(10) as limit:
            limit.reschedule(loop.time() - 1)
            loop.call_soon(trace, "soon")
            trace("goes on")
            await asyncio.sleep(5)

    trace(await outcome(block()))


async def removed():
    async with asyncio.timeout(1) as limit:
        limit.reschedule(None)
        await asyncio.sleep(5)
    trace(f"expired {int(limit.expired())}")


async def set_later():
    loop = asyncio.get_running_loop()

    async def block():
        async with asyncio.timeout(None) as limit:
            await asyncio.sleep(5)
            limit.reschedule(loop.time() + 1)
            await asyncio.sleep(5)

    trace(await outcome(block()))


async def by_another_task():
    loop = asyncio.get_running_loop()
    limit = asyncio.timeout(10)

    async def block():
        async with limit:
            await asyncio.sleep(20)

    task = asyncio.create_task(block(), name="t")
    await asyncio.sleep(1)
    limit.reschedule(loop.time() + 1)
    trace(await outcome(task))


async def kept_alive_by_work():
    loop = asyncio.get_running_loop()

    async def block():
        async with asyncio.timeout(1) as limit:
            for delay in (0.9, 0.9, 0.9, 1.1):
                await asyncio.sleep(delay)
                trace(f"slept {round(delay * 1000)}")
                limit.reschedule(loop.time() + 1)

    trace(await outcome(block()))


async def after_it_expired():
    loop = asyncio.get_running_loop()
    limit = asyncio.timeout(1)

    async def block():
        async with limit:
            try:
                await asyncio.sleep(5)
            except asyncio.CancelledError:
                trace(f"reschedule: {attempt(limit.reschedule, loop.time() + 1)}")
                raise

    trace(await outcome(block()))
    trace(f"reschedule: {attempt(limit.reschedule, loop.time() + 1)}")


async def after_the_exit():
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(1) as limit:
        pass
    trace(f"reschedule: {attempt(limit.reschedule, loop.time() + 1)}")
    await asyncio.sleep(5)


run(
    further,
    nearer,
    into_the_past,
    removed,
    set_later,
    by_another_task,
    kept_alive_by_work,
    after_it_expired,
    after_the_exit,
)
