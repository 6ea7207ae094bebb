"""Calls from another thread than the loop's are refused in debug mode."""

import asyncio
import threading

from scenario import run, trace


def from_thread(function):
    """Calls it in another thread, which ends before this goes on; names what came of it."""
    found = []

    def call():
        try:
            function()
            found.append("allowed")
        except RuntimeError:
            found.append("refused")

    thread = threading.Thread(target=call)
    thread.start()
    thread.join()
    return found[0]


def called(label):
    trace(f"called {label}")



def begin():
    loop = asyncio.get_running_loop()
    loop.set_debug(True)
    return loop


async def handles_and_timers():
    loop = begin()
    trace(f"call_soon {from_thread(lambda: loop.call_soon(called, 1))}")
    trace(f"call_later {from_thread(lambda: loop.call_later(1, called, 2))}")
    trace(f"call_at {from_thread(lambda: loop.call_at(1000, called, 3))}")
    await asyncio.sleep(2)


async def from_its_own_thread():
    loop = begin()
    loop.call_soon(called, 1)
    loop.call_later(1, called, 2)
    await asyncio.sleep(2)


async def the_safe_way():
    loop = begin()
    trace(f"call_soon_threadsafe {from_thread(lambda: loop.call_soon_threadsafe(called, 1))}")
    await asyncio.sleep(1)


async def a_future_with_a_callback():
    loop = begin()
    future = loop.create_future()
    future.add_done_callback(lambda future: trace("done"))
    loop.call_soon(called, 1)
    await asyncio.sleep(1)
    future.set_result(None)
    await asyncio.sleep(1)


def before_the_loop_runs():
    from scenario import new_loop

    loop = new_loop()
    loop.set_debug(True)
    trace(f"call_soon {from_thread(lambda: loop.call_soon(called, 1))}")
    loop.stop()
    loop.run_forever()
    loop.close()


run(
    handles_and_timers,
    from_its_own_thread,
    the_safe_way,
    a_future_with_a_callback,
    before_the_loop_runs,
)
