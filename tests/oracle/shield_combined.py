"""shield together with gather, timeouts and itself."""

import asyncio

from scenario import ScenarioError, outcome, result, run, trace


async def body(delay, value):
    try:
        await asyncio.sleep(delay)
    except asyncio.CancelledError:
        trace("interrupted")
        raise
    trace("ends")
    if value < 0:
        raise ScenarioError(-value)
    return value


def start(*specifications):
    return [
        asyncio.create_task(body(delay, value), name=f"t{number}")
        for number, (delay, value) in enumerate(specifications)
    ]


async def a_gather_of_shields_is_cancelled():
    tasks = start((2, 1), (3, 2))

    async def outer():
        await asyncio.gather(*map(asyncio.shield, tasks))

    gathering = asyncio.create_task(outer(), name="outer")
    await asyncio.sleep(1)
    gathering.cancel()
    trace(await outcome(gathering))
    await asyncio.sleep(3)
    trace("results " + " ".join(map(result, tasks)))


async def a_shield_of_a_gather_is_cancelled():
    tasks = start((2, 1), (3, 2))
    gathered = asyncio.gather(*tasks)

    async def outer():
        await asyncio.shield(gathered)

    shielding = asyncio.create_task(outer(), name="outer")
    await asyncio.sleep(1)
    shielding.cancel()
    trace(await outcome(shielding))
    await gathered
    trace("results " + " ".join(map(result, tasks)))


async def one_of_the_gathered_is_shielded():
    tasks = start((2, 1), (3, 2))

    async def outer():
        await asyncio.gather(asyncio.shield(tasks[0]), tasks[1])

    gathering = asyncio.create_task(outer(), name="outer")
    await asyncio.sleep(1)
    gathering.cancel()
    trace(await outcome(gathering))
    await asyncio.sleep(3)
    trace("results " + " ".join(map(result, tasks)))


async def a_shield_of_a_shield():
    tasks = start((2, 3))
    inner = asyncio.shield(tasks[0])
    outer = asyncio.shield(inner)
    await asyncio.sleep(1)
    trace(f"cancel {int(outer.cancel())}, inner shield cancelled {int(inner.cancelled())}")
    trace(await outcome(inner))
    trace(await outcome(outer))


async def in_a_timeout():
    tasks = start((3, 4))

    async def limited():
        async with asyncio.timeout(1):
            await asyncio.shield(tasks[0])

    trace(await outcome(limited()))
    trace(await outcome(tasks[0]))


async def two_shields_of_one_task():
    tasks = start((2, 5))

    async def outer():
        trace(f"got {await outcome(asyncio.shield(tasks[0]))}")

    outers = [asyncio.create_task(outer(), name=f"outer-{number}") for number in range(2)]
    await asyncio.sleep(1)
    outers[0].cancel()
    for task in outers:
        trace(await outcome(task))


async def a_cleanup_that_must_finish():
    async def save():
        await asyncio.sleep(2)
        trace("saved")
        return 6

    async def worker():
        saving = asyncio.create_task(save(), name="save")
        try:
            await asyncio.shield(saving)
        except asyncio.CancelledError:
            trace("interrupted, waits for the save")
            trace(f"save came to {await outcome(saving)}")
            raise

    task = asyncio.create_task(worker(), name="worker")
    await asyncio.sleep(1)
    task.cancel()
    trace(await outcome(task))


run(
    a_gather_of_shields_is_cancelled,
    a_shield_of_a_gather_is_cancelled,
    one_of_the_gathered_is_shielded,
    a_shield_of_a_shield,
    in_a_timeout,
    two_shields_of_one_task,
    a_cleanup_that_must_finish,
)
