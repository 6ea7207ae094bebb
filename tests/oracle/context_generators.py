"""A generator has no context of its own: each step of it runs in that of who asks."""

import asyncio
import contextvars

from scenario import item, run, trace

variable = contextvars.ContextVar("variable", default=0)


async def counts(steps):
    for number in range(steps):
        trace(f"the body sees {variable.get()}")
        variable.set(variable.get() + 1)
        await asyncio.sleep(0.1)
        yield number
    trace(f"the body ends with {variable.get()}")


async def seen_by_the_consumer():
    variable.set(10)
    async for number in counts(3):
        trace(f"{number}: {variable.get()}")
    trace(f"after it {variable.get()}")


async def set_between_the_steps():
    async for number in counts(3):
        variable.set(100 * (number + 1))
    trace(f"after it {variable.get()}")


async def ask(generator, value):
    variable.set(value)
    trace(await item(anext(generator)))
    trace(f"has {variable.get()}")


async def asked_by_tasks_in_turn():
    generator = counts(3)
    variable.set(1)
    for value in (20, 30):
        await asyncio.create_task(ask(generator, value), name=f"t{value}")
    trace(await item(anext(generator)))
    trace(f"has {variable.get()}")
    await generator.aclose()


async def made_in_one_and_closed_in_another():
    async def body():
        try:
            yield 1
        finally:
            trace(f"closed where it is {variable.get()}")

    async def close(generator):
        variable.set(7)
        await generator.aclose()

    variable.set(5)
    generator = body()
    trace(await item(anext(generator)))
    await asyncio.create_task(close(generator), name="closer")
    trace(f"has {variable.get()}")


async def tasks_that_a_body_starts():
    async def child():
        trace(f"the child sees {variable.get()}")

    async def starts():
        for number in range(2):
            variable.set(number + 1)
            await asyncio.create_task(child(), name=f"child-{number}")
            yield number

    async for number in starts():
        trace(f"{number}: {variable.get()}")


run(
    seen_by_the_consumer,
    set_between_the_steps,
    asked_by_tasks_in_turn,
    made_in_one_and_closed_in_another,
    tasks_that_a_body_starts,
)
