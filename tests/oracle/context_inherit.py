# needs: 3.12
"""Who gets which context: callbacks, combinators, groups, eager tasks, the exception handler."""

import asyncio
import contextvars

from scenario import ScenarioError, outcome, run, trace

variable = contextvars.ContextVar("variable", default=0)


def tell(label):
    trace(f"{label}: {variable.get()}")


async def body(label, value, delay=0):
    asyncio.current_task().set_name(label)
    tell(f"{label} begins")
    variable.set(value)
    await asyncio.sleep(delay)
    tell(f"{label} ends")


async def done_callbacks():
    context = contextvars.copy_context()
    future = asyncio.get_running_loop().create_future()
    variable.set(1)

    def change(_):
        tell("changes")
        variable.set(variable.get() + 10)

    future.add_done_callback(change)
    future.add_done_callback(change, context=context)
    future.add_done_callback(change, context=context)
    variable.set(2)
    future.add_done_callback(change)
    variable.set(3)
    future.set_result(None)
    future.add_done_callback(change)
    await asyncio.sleep(0)
    trace(f"{variable.get()} {context[variable]}")


async def combinators():
    variable.set(1)
    await asyncio.gather(body("a", 2), body("b", 3))
    tell("gathered")
    await asyncio.wait_for(body("main", 4), 1)
    tell("waited")
    await asyncio.shield(body("d", 5))
    tell("shielded")
    for one in asyncio.as_completed([body("e", 6)]):
        await one
    tell("completed")


async def groups():
    variable.set(1)
    context = contextvars.copy_context()
    async with asyncio.TaskGroup() as group:
        group.create_task(body("a", 2), name="a")
        variable.set(5)
        group.create_task(body("b", 3), name="b")
        group.create_task(body("c", 4), name="c", context=context)
    trace(f"{variable.get()} {context[variable]}")


async def timers():
    loop = asyncio.get_running_loop()
    context = contextvars.copy_context()
    variable.set(1)

    def change(label):
        tell(label)
        variable.set(variable.get() + 10)

    loop.call_later(0.2, change, "later", context=context)
    loop.call_at(loop.time() + 0.1, change, "at", context=context)
    loop.call_soon(change, "soon", context=context)
    loop.call_soon_threadsafe(change, "threadsafe")
    loop.call_later(0.3, change, "own")
    await asyncio.sleep(0.4)
    trace(f"{variable.get()} {context[variable]}")


async def eager():
    asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
    variable.set(1)
    task = asyncio.create_task(body("a", 2), name="a")
    tell("created")
    await task
    context = contextvars.copy_context()
    task = asyncio.create_task(body("b", 3), name="b", context=context)
    trace(f"{variable.get()} {context[variable]}")
    await task


async def chain():
    variable.set(1)

    def again(left):
        tell(f"{left} left")
        variable.set(variable.get() * 2)
        if left:
            asyncio.get_running_loop().call_soon(again, left - 1)

    asyncio.get_running_loop().call_soon(again, 3)
    await asyncio.sleep(0.1)
    tell("main")


async def exception_handler():
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, context: tell("handler"))
    variable.set(1)

    async def fails():
        variable.set(2)
        raise ScenarioError(1)

    task = asyncio.create_task(fails(), name="fails")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    del task
    tell("main")


run(
    done_callbacks,
    combinators,
    groups,
    timers,
    eager,
    chain,
    exception_handler,
)
