"""The instructions about generators, as_completed, and running in a context.

A generator runs the code of a body. Only the instructions at the body's top level may yield, as
`async for` cannot pass on what is sent and thrown. `cleanup K` at the top level keeps a block that
runs when an error ends the body; then K says: 0 raise it again, 1 end, 2 yield once more.

Leaving `agen_for` closes the generator, as leaving an ouro_async_for does; in Python that takes
contextlib.aclosing, and whoever's error is the last one wins there, but the first one in C.
"""

import asyncio
import contextvars

from interpreter import (
    GENERATORS_MAX,
    FuzzError,
    Me,
    flatten,
    operation,
    show_error,
    show_plain,
    show_state,
)
from operations_flow import limit_of, resolve


@operation()
def yield_(program, arguments):
    def run(me):
        return "none"  # not at the top level of a generator

    run.item = arguments[0][1]
    return run


@operation(is_async=True, is_block=True)
def cleanup(program, arguments, block):
    async def run(me):
        return "none"

    run.block = block
    run.kind = arguments[0][1]
    return run


async def generate(program, me, number):
    handler = None
    try:
        for instruction in program.bodies.get(number, ()):
            line, name, _, function, _ = instruction
            if name == "cleanup":
                handler = function
            elif name == "yield":
                try:
                    sent = yield function.item
                except BaseException as error:
                    program.failed(me, line, name, error)
                    raise
                program.count(name, "value")
                program.trace(me, line, name, f"sent {sent or 0}")
            else:
                await program.run_block((instruction,), me)
    except BaseException as error:
        program.trace(me, "fails", "", show_error(error))
        if handler is None:
            raise
        caught = flatten(error)
        await program.run_block(handler.block, me)
        if handler.kind == 2:
            yield 77
        if handler.kind != 1:
            raise caught
    program.trace(me, "ends", "", "ok")


class Source:
    """A generator, and the `Me` of its body, which is whoever consumes it."""

    def __init__(self, program, number):
        self.me = Me(-1)
        self.generator = generate(program, self.me, number)
        program.kept.append(self.generator)

    def enter(self, me):
        if not self.generator.ag_running:
            self.me.number, self.me.label = me.number, me.label
        return self.generator


@operation()
def agen(program, arguments):
    slot = arguments[0][1] % GENERATORS_MAX

    def run(me):
        if slot in program.generators:
            return "taken"
        program.generators[slot] = Source(program, arguments[1][1])
        return None

    return run


def consumer(name, ask):
    def compile_(program, arguments):
        slot = arguments[0][1] % GENERATORS_MAX

        async def run(me):
            source = program.generators.get(slot)
            if source is None:
                return "none"
            try:
                value = await ask(source.enter(me), arguments)
            except StopAsyncIteration:
                return "end"
            if value is None:  # closed; or something thrown at one that has ended
                return "end" if name == "agen_throw" else None
            return str(value)

        return run

    compile_.__name__ = name
    operation(is_async=True)(compile_)


def throw(generator, arguments):
    return generator.athrow(FuzzError(arguments[1][1]))


consumer("agen_next", lambda generator, arguments: generator.__anext__())
consumer("agen_send", lambda generator, arguments: generator.asend(arguments[1][1]))
consumer("agen_throw", throw)
consumer("agen_close", lambda generator, arguments: generator.aclose())


@operation(is_async=True, is_block=True)
def agen_for(program, arguments, block):
    async def run(me):
        source = Source(program, arguments[0][1])
        count = 0
        failure = None
        try:
            async for item in source.enter(me):
                program.trace(me, "item", "", item)
                await program.run_block(block, me)
                count += 1
                if count == arguments[1][1]:
                    break
        except BaseException as error:
            failure = error
        try:
            await source.enter(me).aclose()
        except BaseException as error:
            if failure is None:
                raise  # the last failure in C as well, whole
        if failure is not None:
            raise flatten(failure)
        return str(count)

    return run


async def close_generators(program):
    me = Me(-1)
    for slot, source in sorted(program.generators.items()):
        try:
            await source.enter(me).aclose()
            text = "closed"
        except BaseException as error:
            text = show_error(error)
        program.out.append(f"a{slot} {text}")


# as_completed. A task's failure and the end of the time are told apart by nobody, as in Python.


def resolve_completed(program, arguments, me):
    """asyncio looks at those that are done already in the order of a set, which is by chance: so
    only one of them may be done when the iteration begins."""
    done = 0
    for argument in arguments:
        if argument[0] == "b":
            done += 2 * program.is_eager
        else:
            future, _ = program.refer(argument, me)
            done += future is not None and future.done()
    return ("skip", None) if done > 1 else resolve(program, arguments, me)


def disarm(iterator):
    """Leaving an iteration in C gives its timer back; asyncio's fires later, for nobody."""
    if iterator._timeout_handle is not None:
        iterator._timeout_handle.cancel()


@operation(is_async=True)
def as_completed(program, arguments):
    limit = limit_of(arguments[0])

    async def run(me):
        items, lowest = resolve_completed(program, arguments[1:], me)
        if lowest is None:
            return items
        iterator = asyncio.as_completed(items, timeout=limit)
        try:
            async for future in iterator:
                program.trace(me, "item", "", show_state(future))
        finally:
            disarm(iterator)

    return run


@operation(is_async=True)
def as_completed_each(program, arguments):
    limit = limit_of(arguments[0])

    async def run(me):
        items, lowest = resolve_completed(program, arguments[1:], me)
        if lowest is None:
            return items
        iterator = asyncio.as_completed(items, timeout=limit)
        try:
            for waiter in iterator:
                try:
                    value = await waiter
                    text = show_plain(value)
                except Exception as error:
                    text = show_error(error)
                program.trace(me, "item", "", text)
        finally:
            disarm(iterator)

    return run


@operation()
def completed(program, arguments):
    """Begins an iteration that all tasks share: each takes the next result with completed_next."""
    limit = limit_of(arguments[0])

    def run(me):
        items, lowest = resolve_completed(program, arguments[1:], me)
        if lowest is None:
            return items
        program.iteration = asyncio.as_completed(items, timeout=limit)
        program.kept.append(program.iteration)

    return run


@operation(is_async=True)
def completed_next(program, arguments):
    async def run(me):
        waiter = next(program.iteration, None)
        if waiter is None:
            return "none"
        try:
            return show_plain(await waiter)
        except Exception as error:
            return show_error(error)

    return run


@operation()
def run_context(program, arguments):
    def run(me):
        other = Me(me.number)
        contextvars.copy_context().run(program.run_action, arguments[0], other)

    return run
