"""What a consumer sends into a generator: values and errors."""

import asyncio

from scenario import ScenarioError, item, run, show, trace


async def adder():
    total = 0
    while True:
        sent = yield total
        total += sent or 0


async def values():
    generator = adder()
    trace(await item(generator.asend(None)))
    for value in (1, 10, 100):
        trace(await item(generator.asend(value)))
    trace(await item(anext(generator)))
    trace(await item(generator.aclose()))
    trace(await item(generator.asend(5)))


async def a_value_before_the_first_item():
    generator = adder()
    try:
        await generator.asend(5)
    except TypeError:
        trace("refused")
    trace(await item(anext(generator)))
    trace(await item(generator.asend(5)))
    trace(await item(generator.aclose()))


async def slow_adder():
    total = 0
    while True:
        sent = yield total
        await asyncio.sleep(0.5)
        total += sent
        trace(f"adds {sent}")


async def values_to_one_that_waits():
    generator = slow_adder()
    trace(await item(anext(generator)))
    trace(await item(generator.asend(2)))
    trace(await item(generator.asend(3)))
    trace(await item(generator.aclose()))


async def stubborn():
    for i in range(6):
        try:
            yield i
            trace("goes on")
        except BaseException as error:
            trace(f"the yield raises {show(error)}")
            if i % 2:
                raise
            await asyncio.sleep(0.1)


async def errors_that_are_handled():
    generator = stubborn()
    trace(await item(anext(generator)))
    trace(await item(generator.athrow(ScenarioError(1))))
    trace(await item(anext(generator)))
    trace(await item(generator.athrow(ScenarioError(2))))
    trace(await item(generator.athrow(ScenarioError(3))))
    trace(await item(anext(generator)))


async def an_error_before_the_first_item():
    generator = stubborn()
    trace(await item(generator.athrow(ScenarioError(1))))
    trace(await item(anext(generator)))
    trace(await item(generator.athrow(ScenarioError(2))))


async def an_error_after_the_end():
    generator = stubborn()
    trace(await item(generator.aclose()))
    trace(await item(generator.athrow(ScenarioError(1))))


async def a_cancel_by_hand():
    """CancelledError is an error like others, and no request to the task."""
    generator = stubborn()
    trace(await item(anext(generator)))
    trace(await item(generator.athrow(asyncio.CancelledError)))
    trace(await item(anext(generator)))
    trace(f"cancelling {asyncio.current_task().cancelling()}")
    trace(await item(generator.athrow(asyncio.CancelledError)))
    await asyncio.sleep(0.1)
    trace("not cancelled")
    trace(await item(generator.athrow(ScenarioError(1))))


async def an_exit_by_hand():
    generator = stubborn()
    trace(await item(anext(generator)))
    trace(await item(generator.athrow(GeneratorExit)))
    trace(await item(anext(generator)))
    trace(await item(generator.aclose()))
    for _ in range(3):
        trace(await item(anext(generator)))


async def ends_on_error():
    try:
        yield 1
    except ScenarioError:
        trace("enough")


async def an_error_that_ends_it():
    generator = ends_on_error()
    trace(await item(anext(generator)))
    trace(await item(generator.athrow(ScenarioError(1))))
    trace(await item(anext(generator)))


async def turns_errors():
    try:
        yield 1
    except ScenarioError as error:
        await asyncio.sleep(0.2)
        raise ScenarioError(error.number + 1)


async def an_error_that_becomes_another():
    generator = turns_errors()
    trace(await item(anext(generator)))
    trace(await item(generator.athrow(ScenarioError(1))))
    trace(await item(anext(generator)))


run(
    values,
    a_value_before_the_first_item,
    values_to_one_that_waits,
    errors_that_are_handled,
    an_error_before_the_first_item,
    an_error_after_the_end,
    a_cancel_by_hand,
    an_exit_by_hand,
    an_error_that_ends_it,
    an_error_that_becomes_another,
)
