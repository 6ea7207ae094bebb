# needs: 3.13
"""Tokens go to those who wait in their order, and nobody overtakes them."""

import asyncio

from scenario import outcome, run, trace


async def taker(semaphore):
    await semaphore.acquire()
    trace(f"has one, locked {int(semaphore.locked())}")


async def polite(semaphore, turns):
    for turn in range(turns):
        async with semaphore:
            trace(f"turn {turn}")
            await asyncio.sleep(0)


async def greedy(semaphore, turns):
    for turn in range(turns):
        async with semaphore:
            trace(f"turn {turn}")


async def end(tasks):
    for task in tasks:
        trace(await outcome(task))


async def again_and_again():
    semaphore = asyncio.Semaphore(2)
    await end([asyncio.create_task(polite(semaphore, 3), name=f"p{i}") for i in range(4)])


async def without_letting_others_run():
    semaphore = asyncio.Semaphore(1)
    await end([asyncio.create_task(polite(semaphore, 2), name="polite")]
              + [asyncio.create_task(greedy(semaphore, 3), name=f"g{i}") for i in range(3)])


async def a_newcomer_waits_for_the_woken():
    semaphore = asyncio.Semaphore(0)
    task = asyncio.create_task(taker(semaphore), name="first")
    await asyncio.sleep(0)
    semaphore.release()
    semaphore.release()
    trace(f"locked {int(semaphore.locked())}")
    await semaphore.acquire()
    trace("second")
    await end([task])


async def releases_three_and_takes_one(semaphore):
    for _ in range(3):
        semaphore.release()
    trace(f"released, locked {int(semaphore.locked())}")
    await taker(semaphore)


async def spawns_at_its_turn(semaphore, tasks):
    await taker(semaphore)
    tasks.append(asyncio.create_task(taker(semaphore), name="fourth"))


async def those_behind_are_woken_with_the_first():
    semaphore = asyncio.Semaphore(0)
    tasks = []
    tasks.append(asyncio.create_task(spawns_at_its_turn(semaphore, tasks), name="first"))
    tasks.append(asyncio.create_task(releases_three_and_takes_one(semaphore), name="second"))
    tasks.append(asyncio.create_task(taker(semaphore), name="third"))
    await asyncio.sleep(1)
    semaphore.release()
    await end(tasks)


async def a_cancelled_head_does_not_stop_the_others():
    semaphore = asyncio.Semaphore(1)
    await semaphore.acquire()
    tasks = [asyncio.create_task(taker(semaphore), name=f"t{i}") for i in range(4)]
    await asyncio.sleep(0)
    tasks[0].cancel()
    await asyncio.sleep(0)
    for _ in range(3):
        semaphore.release()
    await end(tasks)


async def many_released_at_once():
    semaphore = asyncio.Semaphore(0)
    tasks = [asyncio.create_task(taker(semaphore), name=f"t{i}") for i in range(20)]
    await asyncio.sleep(0)
    for number in range(15):
        semaphore.release()
        if number % 4 == 3:
            tasks[number].cancel()
    await asyncio.sleep(1)
    for _ in range(5):
        semaphore.release()
    await end(tasks)
    trace(f"locked {int(semaphore.locked())}")


run(
    again_and_again,
    without_letting_others_run,
    a_newcomer_waits_for_the_woken,
    those_behind_are_woken_with_the_first,
    a_cancelled_head_does_not_stop_the_others,
    many_released_at_once,
)
