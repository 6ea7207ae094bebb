"""The instructions about locks, events, conditions, semaphores, barriers and queues."""

import asyncio

from interpreter import operation


class Half(int):
    """An item of the priority queue. Some that differ are equal, so that their order shows."""

    def __lt__(self, other):
        return self // 2 < other // 2


class HalvesQueue(asyncio.PriorityQueue):
    def _put(self, item):
        super()._put(Half(item))


# What the objects of each number are; the C side has the same numbers.
SEMAPHORES = (
    lambda: asyncio.Semaphore(1),
    lambda: asyncio.Semaphore(2),
    lambda: asyncio.BoundedSemaphore(1),
    lambda: asyncio.BoundedSemaphore(2),
)
QUEUES = (
    lambda: asyncio.Queue(1),
    lambda: asyncio.Queue(),
    lambda: asyncio.LifoQueue(2),
    lambda: HalvesQueue(5),
)


def make(program, kind, number):
    if kind == "l":
        return asyncio.Lock()
    if kind == "e":
        return asyncio.Event()
    if kind == "c":  # the second one shares the first lock
        return asyncio.Condition() if number == 0 else asyncio.Condition(find(program, "l", 0))
    if kind == "s":
        return SEMAPHORES[number]()
    if kind == "r":
        return asyncio.Barrier(2 + number)
    return QUEUES[number]()


def find(program, kind, number):
    key = kind, number
    thing = program.objects.get(key)
    if thing is None:
        thing = program.objects[key] = make(program, kind, number)
    return thing


def simple(name, method, is_async=False, shows=None, has_number=False):
    """An instruction that calls a method of an object, and shows what comes of it."""

    def compile_(program, arguments):
        kind, number = arguments[0]
        extra = [value for _, value in arguments[1:]] if has_number else []

        async def run_async(me):
            value = await getattr(find(program, kind, number), method)(*extra)
            return shows(value) if shows else None

        def run(me):
            value = getattr(find(program, kind, number), method)(*extra)
            return shows(value) if shows else None

        return run_async if is_async else run

    compile_.__name__ = name
    operation(is_async=is_async)(compile_)


def scoped(name):
    """A block inside an object's `async with`."""

    def compile_(program, arguments, block):
        kind, number = arguments[0]

        async def run(me):
            async with find(program, kind, number):
                await program.run_block(block, me)

        return run

    compile_.__name__ = name
    operation(is_async=True, is_block=True)(compile_)


def number_of(value):
    return str(int(value))


scoped("with_lock")
simple("lock_acquire", "acquire", is_async=True)
simple("lock_release", "release")
simple("lock_locked", "locked", shows=number_of)

simple("event_wait", "wait", is_async=True)
simple("event_set", "set")
simple("event_clear", "clear")
simple("event_is_set", "is_set", shows=number_of)

scoped("with_condition")
simple("condition_wait", "wait", is_async=True)
simple("condition_notify", "notify", has_number=True)
simple("condition_notify_all", "notify_all")


@operation(is_async=True)
def condition_wait_for(program, arguments):
    number = arguments[0][1]
    goal = arguments[1][1]

    async def run(me):
        await find(program, "c", number).wait_for(lambda: program.counter >= goal)

    return run


@operation()
def bump(program, arguments):
    def run(me):
        program.counter += 1
        return str(program.counter)

    return run


scoped("with_semaphore")
simple("semaphore_acquire", "acquire", is_async=True)
simple("semaphore_release", "release")
simple("semaphore_locked", "locked", shows=number_of)

simple("barrier_wait", "wait", is_async=True, shows=number_of)
simple("barrier_reset", "reset", is_async=True)
simple("barrier_abort", "abort", is_async=True)


@operation()
def barrier_state(program, arguments):
    def run(me):
        barrier = find(program, "r", arguments[0][1])
        return f"{barrier.n_waiting} of {barrier.parties} broken {int(barrier.broken)}"

    return run


simple("queue_put", "put", is_async=True, has_number=True)
simple("queue_get", "get", is_async=True, shows=str)
simple("queue_put_nowait", "put_nowait", has_number=True)
simple("queue_get_nowait", "get_nowait", shows=str)
simple("queue_task_done", "task_done")
simple("queue_join", "join", is_async=True)
simple("queue_shutdown", "shutdown", has_number=True)


@operation()
def queue_state(program, arguments):
    def run(me):
        queue = find(program, "q", arguments[0][1])
        return f"{queue.qsize()} empty {int(queue.empty())} full {int(queue.full())}"

    return run
