"""Cancelled handles: skipped when their turn comes, whoever cancels them and how often."""

import asyncio

from scenario import run, trace


def soon(text):
    return asyncio.get_running_loop().call_soon(trace, text)


async def before_its_turn():
    handle = soon("never")
    soon("the other")
    trace(f"cancelled {int(handle.cancelled())}")
    handle.cancel()
    trace(f"cancelled {int(handle.cancelled())}")
    handle.cancel()
    await asyncio.sleep(0)


async def every_second_one():
    handles = [soon(f"handle {i}") for i in range(6)]
    for handle in handles[::2]:
        handle.cancel()
    await asyncio.sleep(0)


async def all_of_them():
    handles = [soon("never") for i in range(3)]
    for handle in reversed(handles):
        handle.cancel()
    await asyncio.sleep(0)
    trace("silence")


async def by_the_one_behind_it():
    def cancel():
        handle.cancel()
        trace("cancels too late")

    handle = soon("runs")
    asyncio.get_running_loop().call_soon(cancel)
    await asyncio.sleep(0)


async def a_chain_that_one_cancels():
    def cancel(number):
        trace(f"{number} cancels {number + 1}")
        handles[number + 1].cancel()

    loop = asyncio.get_running_loop()
    handles = [loop.call_soon(cancel, i) for i in range(5)]
    handles.append(soon("the last"))
    await asyncio.sleep(0)


async def scheduled_anew_in_its_place():
    def replace():
        handle.cancel()
        soon("the new one")
        trace("replaced")

    asyncio.get_running_loop().call_soon(replace)
    handle = soon("never")
    soon("the neighbour")
    await asyncio.sleep(0)
    trace("next")
    await asyncio.sleep(0)


run(
    before_its_turn,
    every_second_one,
    all_of_them,
    by_the_one_behind_it,
    a_chain_that_one_cancels,
    scheduled_anew_in_its_place,
)
