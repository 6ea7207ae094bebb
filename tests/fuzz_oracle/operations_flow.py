"""The instructions about tasks, futures, scopes and callbacks. Each compiles to a closure."""

import asyncio
import contextvars

from interpreter import (
    TASKS_MAX,
    FutureValue,
    FuzzError,
    Group,
    Me,
    flatten,
    operation,
    show_error,
    show_state,
    show_value,
)

MODES = {
    "wait_all": asyncio.ALL_COMPLETED,
    "wait_first": asyncio.FIRST_COMPLETED,
    "wait_error": asyncio.FIRST_EXCEPTION,
}


def seconds(milliseconds):
    return milliseconds / 1000


def limit_of(argument):
    return None if argument[0] == "none" else argument[1] / 1000


# Tasks.


@operation()
def spawn(program, arguments):
    number = arguments[0][1]

    def run(me):
        created = program.task_count
        coroutine = program.new_body(number)
        if coroutine is None:
            return "full"
        program.tasks[created] = program.loop.create_task(coroutine)
        return f"t{created}"

    return run


@operation()
def spawn_eager(program, arguments):
    number = arguments[0][1]

    def run(me):
        created = program.task_count
        coroutine = program.new_body(number)
        if coroutine is None:
            return "full"
        program.tasks[created] = asyncio.Task(coroutine, loop=program.loop, eager_start=True)
        return f"t{created}"

    return run


@operation(is_async=True)
def call(program, arguments):
    number = arguments[0][1]

    async def run(me):
        return str(await program.inline(me, number))

    return run


@operation(is_async=True)
def sleep(program, arguments):
    delay = seconds(arguments[0][1])
    asyncio_sleep = asyncio.sleep

    def run(me):
        return asyncio_sleep(delay)

    return run


@operation(is_async=True)
def await_(program, arguments):
    argument = arguments[0]

    async def run(me):
        future, lowest = program.refer(argument, me)
        if future is None:
            return "none"
        if lowest <= me.number and future is not program.tasks[me.number]:
            return "skip"
        if lowest == me.number:
            # asyncio tells a task that awaits itself in its next step. It leaves a mark behind by
            # which all others who await that task fail, too: so this is done by hand.
            await asyncio.sleep(0)
            raise RuntimeError("a task awaits itself")
        return show_value(await future)

    return run


@operation()
def cancel(program, arguments):
    argument = arguments[0]
    message = f"m{arguments[1][1]}" if len(arguments) > 1 else None

    def run(me):
        future, _ = program.refer(argument, me)
        return "none" if future is None else str(int(future.cancel(message)))

    return run


@operation()
def uncancel(program, arguments):
    def run(me):
        task, _ = program.refer(arguments[0], me)
        return "none" if task is None else str(task.uncancel())

    return run


@operation()
def cancelling(program, arguments):
    def run(me):
        task, _ = program.refer(arguments[0], me)
        return "none" if task is None else str(task.cancelling())

    return run


@operation()
def result(program, arguments):
    def run(me):
        future, _ = program.refer(arguments[0], me)
        return "none" if future is None else show_state(future)

    return run


@operation()
def current(program, arguments):
    def run(me):
        return f"{program.name(asyncio.current_task())} of {len(asyncio.all_tasks())}"

    return run


# Errors.


@operation()
def raise_(program, arguments):
    def run(me):
        raise FuzzError(arguments[0][1])

    return run


@operation()
def reraise(program, arguments):
    def run(me):
        if not me.caught:
            return "none"
        raise flatten(me.caught[-1])

    return run


def catches(kind, error):
    if kind == "except_cancel":
        return isinstance(error, asyncio.CancelledError)
    if kind == "except_timeout":
        return isinstance(error, TimeoutError)
    return True


@operation(is_async=True, is_block=True)
def try_(program, arguments, block):
    kind, handler = arguments or ("", ())

    async def run_finally(me):
        error = None
        try:
            await program.run_block(block, me)
        except BaseException as caught:
            error = caught
        await program.run_block(handler, me)
        if error is not None:
            raise flatten(error)

    async def run_except(me):
        try:
            await program.run_block(block, me)
            return None
        except BaseException as caught:
            if not catches(kind, caught):
                raise
            error = caught
        me.caught.append(error)
        try:
            await program.run_block(handler, me)
        finally:
            me.caught.pop()
        return "caught"

    async def run_plain(me):
        await program.run_block(block, me)

    if kind == "finally":
        return run_finally
    return run_except if kind else run_plain


# Scopes.


@operation(is_async=True, is_block=True)
def timeout(program, arguments, block):
    slot = arguments[0][1]
    delay = limit_of(arguments[1])

    async def run(me):
        async with asyncio.timeout(delay) as scope:
            program.timeouts[slot] = scope
            await program.run_block(block, me)

    return run


@operation()
def reschedule(program, arguments):
    slot = arguments[0][1]
    delay = limit_of(arguments[1])

    def run(me):
        scope = program.timeouts.get(slot)
        if scope is None:
            return "none"
        scope.reschedule(None if delay is None else program.loop.time() + delay)
        return None

    return run


@operation()
def when(program, arguments):
    slot = arguments[0][1]

    def run(me):
        scope = program.timeouts.get(slot)
        if scope is None:
            return "none"
        moment = scope.when()
        return "never" if moment is None else str(round((moment - 1000) * 1000))

    return run


@operation()
def expired(program, arguments):
    slot = arguments[0][1]

    def run(me):
        scope = program.timeouts.get(slot)
        return "none" if scope is None else str(int(scope.expired()))

    return run


@operation(is_async=True, is_block=True)
def group(program, arguments, block):
    slot = arguments[0][1]

    async def run(me):
        async with Group() as scope:
            program.groups[slot] = scope
            await program.run_block(block, me)

    return run


@operation()
def group_spawn(program, arguments):
    slot = arguments[0][1]
    number = arguments[1][1]

    def run(me):
        scope = program.groups.get(slot)
        if scope is None:
            return "none"
        created = program.task_count
        coroutine = program.new_body(number)
        if coroutine is None:
            return "full"
        try:
            program.tasks[created] = scope.create_task(coroutine)
        except RuntimeError:
            program.task_count -= 1
            raise
        return f"t{created}"

    return run


@operation()
def group_cancel(program, arguments):
    slot = arguments[0][1]

    def run(me):
        scope = program.groups.get(slot)
        if scope is None:
            return "none"
        scope.cancel()
        return None

    return run


# Combinations.


def resolve(program, arguments, me):
    """The futures and coroutines of the arguments, the lowest task; or (why not, None)."""
    lowest = 1 << 30
    items = []
    coroutines = sum(kind == "b" for kind, _ in arguments)
    for argument in arguments:
        if argument[0] == "b":
            items.append(None)
            continue
        future, low = program.refer(argument, me)
        if future is None:
            return "none", None
        lowest = min(lowest, low)
        items.append(future)
    if program.task_count + coroutines > TASKS_MAX:
        return "full", None
    if lowest <= me.number:
        return "skip", None
    for index, (kind, number) in enumerate(arguments):
        if kind == "b":
            lowest = min(lowest, program.task_count)
            items[index] = program.new_body(number)
    return items, lowest


def make_gather(name, is_awaited, return_exceptions):
    def compile_(program, arguments):
        async def run_awaited(me):
            items, lowest = resolve(program, arguments, me)
            if lowest is None:
                return items
            return show_value(await asyncio.gather(*items, return_exceptions=return_exceptions))

        def run_future(me):
            items, lowest = resolve(program, arguments[1:], me)
            if lowest is None:
                return items
            future = asyncio.gather(*items, return_exceptions=return_exceptions)
            program.slots[arguments[0][1]] = future, lowest
            return None

        return run_awaited if is_awaited else run_future

    compile_.__name__ = name
    operation(is_async=is_awaited)(compile_)


make_gather("gather", True, False)
make_gather("gather_rx", True, True)
make_gather("gather_future", False, False)
make_gather("gather_future_rx", False, True)


def make_wait(name):
    def compile_(program, arguments):
        limit = limit_of(arguments[0])

        async def run(me):
            futures = [program.refer(argument, me)[0] for argument in arguments[1:]]
            if None in futures:
                return "none"
            done, _ = await asyncio.wait(futures, timeout=limit, return_when=MODES[name])
            return f"{len(done)}: {' '.join(str(int(future in done)) for future in futures)}"

        return run

    compile_.__name__ = name
    operation(is_async=True)(compile_)


for mode in MODES:
    make_wait(mode)


@operation(is_async=True)
def shield(program, arguments):
    async def run(me):
        items, lowest = resolve(program, arguments, me)
        if lowest is None:
            return items
        return show_value(await asyncio.shield(items[0]))

    return run


@operation()
def shield_future(program, arguments):
    def run(me):
        items, lowest = resolve(program, arguments[1:], me)
        if lowest is None:
            return items
        program.slots[arguments[0][1]] = asyncio.shield(items[0]), lowest
        return None

    return run


@operation(is_async=True)
def wait_for(program, arguments):
    delay = limit_of(arguments[0])
    argument = arguments[1]

    async def run(me):
        if argument[0] == "b":
            if program.is_eager and delay is not None and delay <= 0:
                return "skip"  # it would be a task without a number
            awaitable = program.inline(me, argument[1])
        else:
            awaitable, lowest = program.refer(argument, me)
            if awaitable is None:
                return "none"
            if lowest <= me.number:
                return "skip"
        return show_value(await asyncio.wait_for(awaitable, delay))

    return run


# Futures.


@operation()
def new(program, arguments):
    def run(me):
        program.futures[arguments[0][1]] = program.loop.create_future()

    return run


@operation()
def set_result(program, arguments):
    def run(me):
        program.future(arguments[0][1]).set_result(FutureValue(arguments[1][1]))

    return run


@operation()
def set_error(program, arguments):
    def run(me):
        program.future(arguments[0][1]).set_exception(FuzzError(arguments[1][1]))

    return run


# Callbacks.


@operation()
def call_soon(program, arguments):
    def run(me):
        handle = program.loop.call_soon(program.callback, arguments[1])
        program.handles[arguments[0][1]] = handle

    return run


@operation()
def call_later(program, arguments):
    def run(me):
        delay = seconds(arguments[1][1])
        handle = program.loop.call_later(delay, program.callback, arguments[2])
        program.handles[arguments[0][1]] = handle

    return run


@operation()
def call_at(program, arguments):
    def run(me):
        moment = program.loop.time() + seconds(arguments[1][1])
        handle = program.loop.call_at(moment, program.callback, arguments[2])
        program.handles[arguments[0][1]] = handle

    return run


@operation()
def cancel_handle(program, arguments):
    def run(me):
        handle = program.handles.get(arguments[0][1])
        if handle is None:
            return "none"
        handle.cancel()
        return None

    return run


def watcher(program, number):
    """The same callback each time, so that it can be removed."""
    if number not in program.watchers:

        def done(future):
            program.out.append(f"{program.now()} - done {number} {show_state(future)}")

        program.watchers[number] = done
    return program.watchers[number]


@operation()
def add_done(program, arguments):
    def run(me):
        future, _ = program.refer(arguments[0], me)
        if future is None:
            return "none"
        future.add_done_callback(watcher(program, arguments[1][1]))
        return None

    return run


@operation()
def remove_done(program, arguments):
    def run(me):
        future, _ = program.refer(arguments[0], me)
        if future is None:
            return "none"
        return str(future.remove_done_callback(watcher(program, arguments[1][1])))

    return run


@operation()
def on_done(program, arguments):
    def run(me):
        future, _ = program.refer(arguments[0], me)
        if future is None:
            return "none"
        future.add_done_callback(lambda _: program.callback(arguments[1]))
        return None

    return run


# Context variables.

VARIABLES = [contextvars.ContextVar(f"v{number}", default=0) for number in range(3)]


@operation()
def var_set(program, arguments):
    number = arguments[0][1]

    def run(me):
        me.tokens[number] = VARIABLES[number].set(arguments[1][1])

    return run


@operation()
def var_get(program, arguments):
    def run(me):
        return str(VARIABLES[arguments[0][1]].get())

    return run


@operation()
def var_reset(program, arguments):
    number = arguments[0][1]

    def run(me):
        token = me.tokens.get(number)  # once used, it fails
        if token is None:
            return "none"
        VARIABLES[number].reset(token)
        return None

    return run
