"""Runs programs of the tester's language on asyncio; *.c is the same on Ouro.

README.md describes the language. A program is parsed into blocks, tuples of (line, name,
is_async, function); the function takes the running task's `Me`. Every instruction prints a line
when it has ended:

    12 t3 7 Cancelled(m1)        milliseconds, the task ("-": a callback), the line, what came of it

What the language leaves out or models in a special way, because Ouro differs on purpose
(docs/differences.md):

- ouro_gather over coroutine objects waits for all of them: `gather` takes tasks and futures only,
  and `gather_future` coroutines, which is asyncio's gather to the letter.
- A result is an int. What is listed (gather, wait) shows the values of plain futures as 0, and an
  error group as its first member, as its code is.
- An error that is raised again after a handler has run loses its group: the detail of a failure
  lives until the next one. `reraise` and `finally` raise the first member of a group.
- A task is not awaited by a task that it awaits itself, however indirectly: asyncio recurses
  without end when such a ring is cancelled. A task awaits only tasks that were made after it.
"""

import asyncio

from virtual_loop import START, Deadlock, VirtualLoop

TASKS_MAX = 24
ROUNDS_MAX = 30
GENERATORS_MAX = 4
INFINITE = 1 << 30

TIMES = 1_000_000  # nanoseconds of the language's unit


class FuzzError(Exception):
    """An error of the program's own, with a number."""


class FutureValue(int):
    """What a plain future holds; in C it is no status, and lists show it as 0."""


class Group(asyncio.TaskGroup):
    """A task group with `cancel`, which CPython has since 3.15."""

    def _on_task_done(self, task):
        # A task that has ended in its eager start is counted by a callback, as since 3.14; 3.13
        # calls this at once.
        if task in self._tasks:
            super()._on_task_done(task)
        else:
            self._tasks.add(task)
            task.add_done_callback(self._on_task_done)

    def cancel(self):
        if self._exiting and not self._tasks:
            return
        if not self._aborting:
            self._abort()
        if not self._parent_cancel_requested:
            self._parent_cancel_requested = True
            self._parent_task.cancel()

    async def __aexit__(self, kind, error, traceback):
        await super().__aexit__(kind, error, traceback)
        return True


NAMES = {
    asyncio.InvalidStateError: "InvalidState",
    asyncio.QueueFull: "Full",
    asyncio.QueueEmpty: "Empty",
    asyncio.BrokenBarrierError: "BrokenBarrier",
    TimeoutError: "Timeout",
    RuntimeError: "Runtime",
    ValueError: "Value",
    TypeError: "Value",  # something sent to a generator that has not started
    GeneratorExit: "GeneratorExit",
}
if hasattr(asyncio, "QueueShutDown"):
    NAMES[asyncio.QueueShutDown] = "ShutDown"


def show_error(error):
    if isinstance(error, asyncio.CancelledError):
        message = error.args[0] if error.args else None
        return f"Cancelled({message})" if message else "Cancelled"
    if isinstance(error, FuzzError):
        return f"Error({error.args[0]})"
    if isinstance(error, BaseExceptionGroup):
        return f"group[{', '.join(map(show_error, error.exceptions))}]"
    return NAMES.get(type(error)) or f"?{error!r}"


def flatten(error):
    """The first member of a group, which has the group's code."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def show_plain(value):
    if isinstance(value, asyncio.CancelledError):
        return "Cancelled"
    if isinstance(value, BaseException):
        return show_error(flatten(value))
    if value is None or isinstance(value, (FutureValue, list)):
        return "0"
    return str(value)


def show_value(value):
    if value is None:
        return "0"
    if isinstance(value, list):
        return f"[{' '.join(map(show_plain, value))}]"
    return str(int(value))


def show_state(future):
    if not future.done():
        return "pending"
    if future.cancelled():
        return "Cancelled"
    error = future.exception()
    if error is not None:
        is_cancel = isinstance(error, asyncio.CancelledError)  # of a child, in a gather
        return "Cancelled" if is_cancel else show_error(error)
    value = future.result()
    return "0" if isinstance(value, list) else show_value(value)


class Me:
    """Who runs: a task's number (-1: a callback) and the errors that it is handling."""

    __slots__ = ("number", "label", "caught", "tokens")

    def __init__(self, number):
        self.number = number
        self.label = f"t{number}" if number >= 0 else "-"
        self.caught = []
        self.tokens = {}


class Program:
    """The state of a program that runs, and its code."""

    def __init__(self, lines, counts):
        head = lines[0].split()
        self.is_eager = "eager" in head
        self.counts = counts
        self.out = []
        self.loop = None
        self.tasks = [None] * TASKS_MAX
        self.task_count = 0
        self.futures = {}
        self.slots = {}  # gN: (future, lowest task it depends on)
        self.handles = {}
        self.timeouts = {}
        self.groups = {}
        self.watchers = {}
        self.objects = {}
        self.counter = 0
        self.generators = {}
        self.iteration = iter(())  # an as_completed
        self.kept = []  # generators: collecting one would close it
        self.bodies = {}
        self.results = {}
        position = 1
        while position < len(lines):
            _, number, result = lines[position].split()
            code, position = parse_block(self, lines, position + 1)
            self.bodies[int(number[1:])] = code
            self.results[int(number[1:])] = int(result)
            position += 1

    def now(self):
        return (self.loop.now - START) // TIMES

    def trace(self, me, line, name, text):
        self.out.append(f"{(self.loop.now - START) // TIMES} {me.label} {line} {text}")

    def count(self, name, outcome):
        key = name, outcome
        self.counts[key] = self.counts.get(key, 0) + 1

    def failed(self, me, line, name, error):
        text = show_error(error)
        self.count(name, text.partition("(")[0].partition("[")[0])
        self.trace(me, line, name, text)

    async def run_block(self, block, me):
        counts = self.counts
        out = self.out
        loop = self.loop
        for line, name, is_async, operation, value_key in block:
            try:
                value = await operation(me) if is_async else operation(me)
            except BaseException as error:
                self.failed(me, line, name, error)
                raise
            out.append(f"{(loop.now - START) // TIMES} {me.label} {line} {value or 'ok'}")
            counts[value_key] = counts.get(value_key, 0) + 1

    def run_action(self, action, me):
        """A callback: an instruction that does not suspend; its failure is shown and dropped."""
        line, name, _, operation, value_key = action
        try:
            value = operation(me)
        except BaseException as error:
            self.failed(me, line, name, error)
        else:
            self.trace(me, line, name, value or "ok")
            self.counts[value_key] = self.counts.get(value_key, 0) + 1

    def callback(self, action):
        self.run_action(action, Me(-1))

    async def body(self, me, number):
        """A numbered task."""
        self.tasks[me.number] = asyncio.current_task()
        try:
            await self.run_block(self.bodies.get(number, ()), me)
        except BaseException as error:
            self.trace(me, "end", "", show_error(error))
            raise
        result = self.results.get(number, 0)
        self.trace(me, "end", "", result)
        return result

    async def inline(self, me, number):
        await self.run_block(self.bodies.get(number, ()), me)
        return self.results.get(number, 0)

    def new_body(self, number):
        """A coroutine that becomes a numbered task; None if there are too many."""
        if self.task_count == TASKS_MAX:
            return None
        me = Me(self.task_count)
        self.task_count += 1
        return self.body(me, number)

    def future(self, number):
        future = self.futures.get(number)
        if future is None:
            future = self.futures[number] = self.loop.create_future()
        return future

    def refer(self, argument, me):
        """What an argument names: (future or None, the lowest task that it depends on)."""
        kind = argument[0]
        if kind == "self":
            number = me.number
            return (self.tasks[number] if number >= 0 else None), number
        number = argument[1]
        if kind == "t":
            return (self.tasks[number] if number < TASKS_MAX else None), number
        if kind == "f":
            return self.future(number), INFINITE
        return self.slots.get(number, (None, INFINITE))

    def name(self, task):
        """A task's own name is not to be relied on: 3.13 drops that of an eager one."""
        return f"t{self.tasks.index(task)}" if task in self.tasks and task else "-"

    def pending(self):
        return [task for task in self.tasks if task is not None and not task.done()]

    def run(self):
        """Runs until nothing can happen any more; then cancels what is left, again and again."""
        loop = self.loop = VirtualLoop()
        loop.set_exception_handler(lambda loop, context: None)
        if self.is_eager:
            loop.set_task_factory(asyncio.eager_task_factory)
        loop.call_soon(lambda: loop.create_task(self.new_body(0)))
        for remaining in range(ROUNDS_MAX - 1, -1, -1):
            try:
                loop.run_forever()
            except Deadlock:
                pass
            pending = self.pending()
            names = " ".join(map(self.name, pending))
            self.out.append(f"{self.now()} quiet {names or '-'}")
            if not pending:
                break
            if remaining == 0:
                self.out.append("stuck")
                break
            loop.call_soon(self.cancel_all, pending)
        loop.call_soon(self.close_generators)
        try:
            loop.run_forever()
        except Deadlock:
            pass
        self.report()
        trace = "\n".join(self.out)
        self.counts = {}  # of no interest: what is left when a program is stuck
        loop.close()
        return trace

    def close_generators(self):
        self.closer = self.loop.create_task(operations_generator.close_generators(self))

    def cancel_all(self, tasks):
        for task in tasks:
            task.cancel()

    def report(self):
        for number, task in enumerate(self.tasks):
            if task is not None:
                self.out.append(f"t{number} {show_state(task)} cancelling {task.cancelling()}")
        for number, future in sorted(self.futures.items()):
            self.out.append(f"f{number} {show_state(future)}")
        for number, (future, _) in sorted(self.slots.items()):
            self.out.append(f"g{number} {show_state(future)}")


# Parsing.

OPERATIONS = {}  # name -> (compile function, is_async, is a block)


def operation(is_async=False, is_block=False):
    def register(function):
        OPERATIONS[function.__name__.rstrip("_")] = (function, is_async, is_block)
        return function

    return register


def parse_argument(word):
    if word in ("self", "none"):
        return word, 0
    if word.lstrip("-").isdigit():
        return "#", int(word)
    return word[0], int(word[1:])


def parse_instruction(program, line, words):
    """An instruction without a block."""
    name = words[0]
    compile_, is_async, _ = OPERATIONS[name]
    arguments = []
    position = 1
    while position < len(words) and words[position] not in OPERATIONS:
        arguments.append(parse_argument(words[position]))
        position += 1
    if position < len(words):
        arguments.append(parse_instruction(program, line, words[position:]))
    return line, name, is_async, compile_(program, arguments), (name, "value")


ENDS = {"end", "finally", "except_any", "except_cancel", "except_timeout"}


def parse_block(program, lines, position):
    """Parses up to a line that ends the block; returns the block and that line's index."""
    block = []
    while lines[position] not in ENDS:
        words = lines[position].split()
        line = position + 1
        compile_, is_async, is_block = OPERATIONS[words[0]]
        if not is_block:
            block.append(parse_instruction(program, line, words))
            position += 1
            continue
        arguments = [parse_argument(word) for word in words[1:]]
        inner, position = parse_block(program, lines, position + 1)
        if lines[position] != "end":
            arguments += [lines[position], None]
            arguments[-1], position = parse_block(program, lines, position + 1)
        function = compile_(program, arguments, inner)
        block.append((line, words[0], is_async, function, (words[0], "value")))
        position += 1
    return tuple(block), position


import operations_generator  # noqa: E402
import operations_flow  # noqa: E402,F401  (they register themselves)
import operations_sync  # noqa: E402,F401


def run(text, counts):
    """Runs a program; returns its trace."""
    return Program([line.strip() for line in text.splitlines()], counts).run()
