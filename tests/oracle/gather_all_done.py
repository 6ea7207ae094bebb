# needs: 3.12
"""gather over nothing, or over what is done already, does not suspend."""

import asyncio

from scenario import ScenarioError, outcome, run, show, trace


async def value(number):
    if number < 0:
        raise ScenarioError(-number)
    return number


async def done_tasks(*numbers):
    tasks = [asyncio.create_task(value(number), name=f"t{number}") for number in numbers]
    await asyncio.sleep(1)
    return tasks


async def nothing():
    asyncio.get_running_loop().call_soon(trace, "soon")
    trace(f"{len(await asyncio.gather())} results")
    trace("has not suspended")
    await asyncio.sleep(0)


async def all_done():
    tasks = await done_tasks(1, 2, 3)
    asyncio.get_running_loop().call_soon(trace, "soon")
    trace(f"sum {sum(await asyncio.gather(*tasks))}")
    trace("has not suspended")
    await asyncio.sleep(0)


async def all_done_and_one_failed():
    tasks = await done_tasks(1, -2, -3)
    asyncio.get_running_loop().call_soon(trace, "soon")
    trace(await outcome(asyncio.gather(*tasks)))
    trace("has not suspended")
    await asyncio.sleep(0)


async def all_done_with_exceptions_returned():
    tasks = await done_tasks(-1, 2, -3)
    asyncio.get_running_loop().call_soon(trace, "soon")
    results = await asyncio.gather(*tasks, return_exceptions=True)
    trace(" ".join(map(show, results)))
    await asyncio.sleep(0)


async def one_failed_and_one_runs():
    async def slow():
        await asyncio.sleep(1)
        trace("the slow one ends")

    tasks = await done_tasks(-4)
    tasks.append(asyncio.create_task(slow(), name="slow"))
    asyncio.get_running_loop().call_soon(trace, "soon")
    trace(await outcome(asyncio.gather(*tasks)))
    await asyncio.sleep(2)


run(
    nothing,
    all_done,
    all_done_and_one_failed,
    all_done_with_exceptions_returned,
    one_failed_and_one_runs,
)
