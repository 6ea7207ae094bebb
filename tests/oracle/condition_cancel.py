# needs: 3.13
"""A wait that ends with an error holds the lock again, and passes a notification on."""

import asyncio

from scenario import outcome, run, show, show_message, trace


async def waiter(condition):
    async with condition:
        try:
            await condition.wait()
        except asyncio.CancelledError as error:
            trace(f"cancelled, {show_message(error)}, locked {int(condition.locked())}")
            raise
        trace("woken")


async def crowd(condition, count):
    tasks = [asyncio.create_task(waiter(condition), name=f"w{i}") for i in range(count)]
    await asyncio.sleep(0)
    return tasks


async def end(condition, tasks):
    for task in tasks:
        trace(await outcome(task))
    trace(f"locked {int(condition.locked())}")


async def notify(condition, count):
    async with condition:
        condition.notify(count)


async def before_a_notification():
    condition = asyncio.Condition()
    tasks = await crowd(condition, 3)
    tasks[0].cancel("one")
    await asyncio.sleep(1)
    await notify(condition, 1)
    await asyncio.sleep(1)
    trace(f"done {' '.join(str(int(t.done())) for t in tasks)}")
    await notify(condition, 1)
    await end(condition, tasks)


async def while_another_holds_the_lock():
    condition = asyncio.Condition()
    tasks = await crowd(condition, 2)
    async with condition:
        tasks[0].cancel("one")
        await asyncio.sleep(1)
        trace(f"done {int(tasks[0].done())}")
        condition.notify_all()
    await end(condition, tasks)


async def after_a_notification():
    condition = asyncio.Condition()
    tasks = await crowd(condition, 3)
    async with condition:
        condition.notify(1)
        tasks[0].cancel("too late")
    await asyncio.sleep(1)
    trace(f"done {' '.join(str(int(t.done())) for t in tasks)}")
    await notify(condition, 1)
    await end(condition, tasks)


async def while_it_acquires_the_lock_again():
    condition = asyncio.Condition()
    tasks = await crowd(condition, 3)
    async with condition:
        condition.notify(1)
        await asyncio.sleep(1)
        tasks[0].cancel("while it acquires")
        await asyncio.sleep(1)
        trace(f"done {int(tasks[0].done())}")
    await asyncio.sleep(1)
    trace(f"done {' '.join(str(int(t.done())) for t in tasks)}")
    await notify(condition, 1)
    await end(condition, tasks)


async def again_and_again():
    condition = asyncio.Condition()
    tasks = await crowd(condition, 2)
    async with condition:
        for turn in range(4):
            tasks[0].cancel(f"cancel {turn}")
            await asyncio.sleep(1)
        trace(f"done {int(tasks[0].done())}, requests {tasks[0].cancelling()}")
    await asyncio.sleep(1)
    await notify(condition, 2)
    await end(condition, tasks)


async def twice_in_one_step():
    condition = asyncio.Condition()
    tasks = await crowd(condition, 2)
    async with condition:
        condition.notify(1)
        tasks[0].cancel("one")
        tasks[0].cancel("two")
        await asyncio.sleep(0)
        tasks[0].cancel("three")
    await asyncio.sleep(1)
    await end(condition, tasks)


async def in_time(condition):
    async with condition:
        async with asyncio.timeout(1):
            await condition.wait()


async def timed_out():
    condition = asyncio.Condition()
    tasks = [asyncio.create_task(in_time(condition), name=f"t{i}") for i in range(2)]
    await asyncio.sleep(0)
    async with condition:
        await asyncio.sleep(2)
        condition.notify(1)
    await end(condition, tasks)


async def the_lock_of_its_holder_is_taken():
    condition = asyncio.Condition()
    tasks = await crowd(condition, 2)
    async with condition:
        condition.notify_all()
        await asyncio.sleep(0)
    condition_free = not condition.locked()
    tasks[0].cancel("at its turn")
    trace(f"free {int(condition_free)}")
    await end(condition, tasks)


async def a_cancel_after_every_step():
    for victim in range(2):
        for steps in range(10):
            trace(f"cancel w{victim} after {steps}")
            condition = asyncio.Condition()
            tasks = await crowd(condition, 3)
            helper = asyncio.create_task(notify(condition, 2), name="n")
            for _ in range(steps):
                await asyncio.sleep(0)
            tasks[victim].cancel("sweep")
            await asyncio.sleep(1)
            await helper
            await notify(condition, 3)
            await end(condition, tasks)


run(
    before_a_notification,
    while_another_holds_the_lock,
    after_a_notification,
    while_it_acquires_the_lock_again,
    again_and_again,
    twice_in_one_step,
    timed_out,
    the_lock_of_its_holder_is_taken,
    a_cancel_after_every_step,
)
