"""Limits that move on or fail, a shielded cleanup, a server awaited until it is ready."""

import asyncio
from contextlib import suppress


async def ask_and_move_on():
    for delay in (0.05, 5):
        answered = False
        with suppress(TimeoutError):
            async with asyncio.timeout(0.5):
                await asyncio.sleep(delay)
                answered = True
        print("answered" if answered else "no answer: moving on")


async def ask_or_fail():
    try:
        async with asyncio.timeout(0.5):
            await asyncio.sleep(5)
    except TimeoutError:
        print("no answer: failed")


async def say_goodbye():
    await asyncio.sleep(0.02)
    print("said goodbye")


async def talk():
    try:
        await asyncio.sleep(5)
    except asyncio.CancelledError:
        await asyncio.shield(say_goodbye())
        raise


async def serve(port, ready):
    await asyncio.sleep(0.01)
    ready.set_result(port)
    await asyncio.sleep(0.02)
    print("served")


async def main():
    await ask_and_move_on()
    await ask_or_fail()

    task = asyncio.create_task(talk())
    await asyncio.sleep(0.01)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task

    async with asyncio.TaskGroup() as group:
        ready = asyncio.get_running_loop().create_future()
        group.create_task(serve(8080, ready))
        print(f"ready on port {await ready}")


asyncio.run(main())
