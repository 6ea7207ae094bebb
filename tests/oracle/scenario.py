"""What the Python half of a scenario uses; scenario.h is the same for the C half.

A scenario is a list of cases. Each runs in a loop of its own, on virtual time, and prints what
happens:

    == case_name
    [   1500] worker-1: woke      milliseconds since the case began, the running task, what it says
    [   1500] -: called           no task: a callback, or outside the loop
    end: 0                        what the case came to

Values and errors read the same in both languages: `show` turns them into text.
"""

import asyncio
import inspect
import sys

import virtual_time

_loop = None
_start = 0.0
_loop_factory = virtual_time.new_event_loop


class ScenarioError(Exception):
    """An error of the scenario's own: status -1000 - number in C."""

    def __init__(self, number):
        super().__init__(number)
        self.number = number


def new_loop():
    """Creates the loop of a case; the clock of the trace begins here."""
    global _loop, _start
    _loop = _loop_factory()
    _start = _loop.time()
    return _loop


def now():
    """The virtual time in milliseconds since the case began; in real time always 0."""
    is_virtual = isinstance(_loop, virtual_time.VirtualTimeLoop)
    return round((_loop.time() - _start) * 1000) if is_virtual else 0


def use_real_time():
    """Has the cases run in asyncio's own loop, whose times are all said to be 0."""
    global _loop_factory
    _loop_factory = asyncio.SelectorEventLoop


def trace(text):
    try:
        task = asyncio.current_task()
    except RuntimeError:
        task = None
    print(f"[{now():7d}] {task.get_name() if task else '-'}: {text}")


def show(value):
    """Names a result or an error as both languages do."""
    if value is None:
        return "0"
    if isinstance(value, BaseExceptionGroup):
        return f"group[{', '.join(map(show, value.exceptions))}]"
    if isinstance(value, ScenarioError):
        return f"Error({value.number})"
    if isinstance(value, virtual_time.Deadlock):
        return "deadlock"
    if isinstance(value, BaseException):
        return type(value).__name__
    return str(int(value))


def show_message(error):
    """The message of a cancel."""
    return f"'{error.args[0]}'" if error.args and error.args[0] else "no message"


async def outcome(awaitable):
    """Awaits and names what comes of it, cancellation included."""
    try:
        return show(await awaitable)
    except BaseException as error:
        return show(error)


async def item(awaitable):
    """Awaits an item of a generator and names what comes of it. One that has ended gives None to a
    throw, and the end to everything else."""
    try:
        value = await awaitable
        return "end" if value is None else f"item {value}"
    except StopAsyncIteration:
        return "end"
    except BaseException as error:
        return show(error)


def result(future):
    """Names what a future holds."""
    try:
        return show(future.result())
    except BaseException as error:
        return show(error)


def attempt(function, *args, **options):
    """Names what a plain call comes to."""
    try:
        return show(function(*args, **options))
    except BaseException as error:
        return show(error)


async def _main(case):
    asyncio.current_task().set_name("main")
    return await case()


def _run_case(case):
    global _loop
    _loop = None
    if not inspect.iscoroutinefunction(case):
        return case()
    with asyncio.Runner(loop_factory=new_loop) as runner:
        return runner.run(_main(case))


def run(*cases):
    """Runs the cases one after another. A plain function is called outside any loop."""
    sys.stdout.reconfigure(line_buffering=True)
    for case in cases:
        print(f"== {case.__name__}")
        print(f"end: {attempt(_run_case, case)}")
