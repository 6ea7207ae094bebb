"""A loop on virtual time without descriptors, for many short programs one after another.

tests/oracle/virtual_time.py is the reference for what such a loop does: the same clock, the same
order of timers and sets. This one has no selector, no self-pipe and no executor, so that a program
costs a few microseconds to set up. `_run_once` is asyncio's own.
"""

import asyncio
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "oracle"))

import virtual_time  # noqa: E402  (the folder must be known first)
from virtual_time import NANOSECONDS, START, Deadlock, StableTimerHandle  # noqa: E402

import heapq  # noqa: E402

virtual_time._order_sets()


class _Clock:
    """Stands where the loop has its selector: never blocks, moves the clock instead."""

    def __init__(self, loop):
        self._loop = loop

    def select(self, timeout):
        if timeout is None:
            raise Deadlock
        if timeout > 0:
            loop = self._loop
            loop.now = max(loop.now + 1, round(loop._scheduled[0]._when * NANOSECONDS))
        return ()


class VirtualLoop(asyncio.BaseEventLoop):
    def __init__(self):
        super().__init__()
        self.now = START
        self._clock_resolution = 1 / NANOSECONDS
        self._selector = _Clock(self)

    def time(self):
        return self.now / NANOSECONDS

    def call_at(self, when, callback, *args, context=None):
        when = round(when * NANOSECONDS) / NANOSECONDS
        timer = StableTimerHandle(when, callback, args, self, context)
        heapq.heappush(self._scheduled, timer)
        timer._scheduled = True
        return timer

    def _process_events(self, events):
        pass
