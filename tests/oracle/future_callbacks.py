"""Completing a future runs nothing: each callback is scheduled, in the order of registration."""

import asyncio

from scenario import ScenarioError, attempt, result, run, trace


def tell(label):
    def callback(future):
        trace(f"{label}: {result(future)}")

    return callback


async def in_the_order_of_registration():
    future = asyncio.get_running_loop().create_future()
    for label in ("a", "b", "c"):
        future.add_done_callback(tell(label))
    trace("sets")
    future.set_result(None)
    trace("goes on")
    await asyncio.sleep(0)
    trace("done")


async def on_a_done_future():
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    future.set_result(None)
    loop.call_soon(trace, "soon before")
    future.add_done_callback(tell("late"))
    loop.call_soon(trace, "soon behind")
    trace("registered")
    await asyncio.sleep(0)
    trace("done")


async def removed():
    future = asyncio.get_running_loop().create_future()
    twice = tell("twice")
    once = tell("once")
    future.add_done_callback(twice)
    future.add_done_callback(once)
    future.add_done_callback(twice)
    trace(f"removed {future.remove_done_callback(twice)}")
    trace(f"removed {future.remove_done_callback(twice)}")
    future.set_result(None)
    trace(f"removed {future.remove_done_callback(once)} after the end")
    await asyncio.sleep(0)
    trace("done")


async def registered_twice_runs_twice():
    future = asyncio.get_running_loop().create_future()
    again = tell("again")
    future.add_done_callback(again)
    future.add_done_callback(again)
    future.set_result(None)
    await asyncio.sleep(0)
    trace("done")


async def a_callback_adds_another():
    future = asyncio.get_running_loop().create_future()

    def adder(done):
        trace("adder")
        done.add_done_callback(tell("added"))

    future.add_done_callback(adder)
    future.add_done_callback(tell("second"))
    future.set_result(None)
    await asyncio.sleep(0)
    trace("first turn")
    await asyncio.sleep(0)
    trace("second turn")


async def outcomes():
    loop = asyncio.get_running_loop()
    futures = [loop.create_future() for _ in range(3)]
    for number, future in enumerate(futures):
        future.add_done_callback(tell(f"future {number}"))
    futures[2].cancel()
    futures[0].set_exception(ScenarioError(5))
    futures[1].set_result(None)
    await asyncio.sleep(0)
    trace("done")


async def states():
    future = asyncio.get_running_loop().create_future()
    trace(f"pending: done {int(future.done())}, result {result(future)}")
    future.set_result(None)
    trace(f"set: done {int(future.done())}, cancelled {int(future.cancelled())}")
    trace(f"set again: {attempt(future.set_result, None)}")
    trace(f"fail: {attempt(future.set_exception, ScenarioError(1))}")
    trace(f"cancel: {int(future.cancel())}")
    other = asyncio.get_running_loop().create_future()
    trace(f"cancel: {int(other.cancel())}, again: {int(other.cancel())}")
    trace(f"set after cancel: {attempt(other.set_result, None)}")
    trace(f"done {int(other.done())}, cancelled {int(other.cancelled())}, {result(other)}")


run(
    in_the_order_of_registration,
    on_a_done_future,
    removed,
    registered_twice_runs_twice,
    a_callback_adds_another,
    outcomes,
    states,
)
