#!/usr/bin/env python3
"""Runs asyncio programs on a virtual clock.

Nothing sleeps: when no callback is ready, the clock jumps to the next timer. A program of hours
runs in milliseconds, and the same program always prints the same lines with the same loop times.

As a command it runs an unchanged script, with asyncio's default loop replaced:

    python3 virtual_time.py script.py [arguments]

As a library:

    virtual_time.run(main())
    asyncio.Runner(loop_factory=virtual_time.new_event_loop)

The clock starts at 1000 s and counts whole nanoseconds, so that sums of delays never differ by a
rounding error. Two things that asyncio leaves to chance are fixed to what a reader would expect:

- timers due at the same nanosecond run in the order in which they were set (asyncio's heap is not
  stable);
- where asyncio walks over a set of tasks, to cancel or to start them, it goes in the order in which
  they were created or put in (asyncio's order is that of their addresses).

A loop in which nothing can happen any more raises Deadlock; the command prints "deadlock". Threads
and descriptors are the exceptions: while the program has work in an executor the loop waits in real
time, and where it could only wait for a descriptor, a signal or a thread, it does so. time.sleep
and time.monotonic are left alone.
"""

import asyncio
import collections.abc
import concurrent.futures.thread
import heapq
import itertools
import math
import os
import runpy
import selectors
import sys
import threading

NANOSECONDS = 1_000_000_000
START = 1000 * NANOSECONDS


class Deadlock(RuntimeError):
    """No callback is ready, no timer is set and nothing outside can wake the loop."""

    def __init__(self):
        super().__init__("deadlock")


class OrderedSet(collections.abc.MutableSet):
    """A set that is iterated in the order of insertion."""

    def __init__(self, items=()):
        self._items = dict.fromkeys(items)

    def __contains__(self, item):
        return item in self._items

    def __iter__(self):
        return iter(self._items)

    def __len__(self):
        return len(self._items)

    def __repr__(self):
        return f"{{{', '.join(map(repr, self._items))}}}"

    def add(self, item):
        self._items[item] = None

    def discard(self, item):
        self._items.pop(item, None)


class StableTimerHandle(asyncio.TimerHandle):
    """A timer that comes before the timers of the same time that were set after it."""

    _orders = itertools.count()

    def __init__(self, *args):
        super().__init__(*args)
        self._order = next(self._orders)

    def __lt__(self, other):
        return (self._when, self._order) < (other._when, other._order)


class VirtualSelector(selectors.DefaultSelector):
    """Polls without blocking, and moves the clock where the real one would wait."""

    loop = None

    def select(self, timeout=None):
        events = super().select(0)
        if events or (timeout is not None and timeout <= 0):
            return events
        if self.loop.executor_jobs > 0:
            events = super().select(timeout)
        elif math.isinf(self.loop.next_timer()):
            if not self.loop.waits_for_outside():
                raise Deadlock
            events = super().select(timeout)
        if not events and timeout is not None:
            self.loop.advance(timeout)
        return events


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """The selector loop of this interpreter, with another clock."""

    def __init__(self, selector=None):
        if selector is not None:
            raise ValueError("virtual time has a selector of its own")
        self.now = START
        self.executor_jobs = 0
        selector = VirtualSelector()
        selector.loop = self
        super().__init__(selector)
        self._clock_resolution = 1 / NANOSECONDS
        self._own_descriptor_count = len(selector.get_map())
        self._created_count = itertools.count()

    def time(self):
        return self.now / NANOSECONDS

    def advance(self, seconds):
        self.now += max(1, round(seconds * NANOSECONDS))

    def next_timer(self):
        """The loop time of the first timer; infinite if there is none that will ever be due."""
        return self._scheduled[0].when() if self._scheduled else math.inf

    def waits_for_outside(self):
        if len(self._selector.get_map()) > self._own_descriptor_count or self._signal_handlers:
            return True
        idle_workers = concurrent.futures.thread._threads_queues
        others = [thread for thread in threading.enumerate() if thread not in idle_workers]
        return len(others) > 1

    def call_at(self, when, callback, *args, context=None):
        if when is None:
            raise TypeError("when cannot be None")
        self._check_closed()
        if self._debug:
            self._check_thread()
        if math.isfinite(when):
            when = round(when * NANOSECONDS) / NANOSECONDS
        timer = StableTimerHandle(when, callback, args, self, context)
        heapq.heappush(self._scheduled, timer)
        timer._scheduled = True
        return timer

    def create_task(self, *args, **options):
        order = next(self._created_count)
        task = super().create_task(*args, **options)
        task._created_order = order
        return task

    def run_in_executor(self, executor, function, *args):
        future = super().run_in_executor(executor, function, *args)
        self.executor_jobs += 1
        future.add_done_callback(self._executor_job_done)
        return future

    def _executor_job_done(self, _future):
        self.executor_jobs -= 1

    async def shutdown_default_executor(self, *args):
        self.executor_jobs += 1
        try:
            await super().shutdown_default_executor(*args)
        finally:
            self.executor_jobs -= 1


def _order_sets():
    """Makes asyncio walk over its sets of tasks in a known order. May be called again."""
    asyncio.taskgroups.set = OrderedSet
    asyncio.tasks.set = OrderedSet
    if hasattr(asyncio.all_tasks, "unordered"):
        return
    unordered = asyncio.all_tasks

    def all_tasks(loop=None):
        tasks = unordered(loop)
        return OrderedSet(sorted(tasks, key=lambda task: getattr(task, "_created_order", math.inf)))

    all_tasks.unordered = unordered
    asyncio.all_tasks = asyncio.tasks.all_tasks = all_tasks


def new_event_loop():
    """Returns a loop on a virtual clock of its own: the loop_factory of a Runner."""
    _order_sets()
    return VirtualTimeLoop()


def run(main, *, debug=None):
    """asyncio.run on virtual time."""
    with asyncio.Runner(debug=debug, loop_factory=new_event_loop) as runner:
        return runner.run(main)


def install():
    """Makes every loop that this process creates from now on a virtual one."""
    asyncio.events.new_event_loop = asyncio.new_event_loop = new_event_loop
    asyncio.SelectorEventLoop = VirtualTimeLoop
    if hasattr(asyncio, "EventLoop"):
        asyncio.EventLoop = VirtualTimeLoop
    if sys.version_info < (3, 14):
        # Before 3.14 get_event_loop creates a loop where none is set, through the policy.
        class Policy(asyncio.DefaultEventLoopPolicy):
            _loop_factory = staticmethod(new_event_loop)

        asyncio.set_event_loop_policy(Policy())


def command(arguments):
    if not arguments:
        print("usage: virtual_time.py SCRIPT [ARGUMENT...]", file=sys.stderr)
        return 2
    install()
    sys.argv = arguments
    sys.path[0] = os.path.dirname(os.path.abspath(arguments[0]))
    try:
        runpy.run_path(arguments[0], run_name="__main__")
    except Deadlock:
        sys.stdout.flush()
        print("deadlock", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    # The script imports this file under its own name; it must find the same classes.
    sys.modules["virtual_time"] = sys.modules["__main__"]
    sys.exit(command(sys.argv[1:]))
