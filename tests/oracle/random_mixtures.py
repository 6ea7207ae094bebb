# needs: 3.13
"""More programs made up by a random number generator: waits, callbacks, eager tasks, nested blocks,
and tasks that count their own cancel requests."""

import asyncio
import sys

from scenario import ScenarioError, outcome, run, show, trace

TASKS_MAX = 32
EVENTS = 3
MODES = (asyncio.ALL_COMPLETED, asyncio.FIRST_COMPLETED, asyncio.FIRST_EXCEPTION)


class Program:
    def __init__(self, seed):
        self.state = seed
        self.tasks = []  # None: an eager task that is in its first step
        self.events = []
        self.children = 0

    def draw(self, limit):
        self.state = (self.state * 1103515245 + 12345) % (1 << 31)
        return (self.state >> 16) % limit

    def short(self):
        return self.draw(4) / 100

    def younger(self, index):
        """A task created after this one: waiting for those only, tasks never wait in a circle."""
        if index + 1 >= len(self.tasks):
            return None
        return self.tasks[index + 1 + self.draw(len(self.tasks) - index - 1)]

    def any_task(self):
        return self.tasks[self.draw(len(self.tasks))]

    def spawn(self, is_eager):
        index = len(self.tasks)
        if index == TASKS_MAX:
            return
        loop = asyncio.get_running_loop()
        self.tasks.append(None)
        self.tasks[index] = asyncio.Task(
            self.worker(index), loop=loop, name=f"w{index}", eager_start=is_eager
        )
        if is_eager:
            trace(f"w{index} is done {int(self.tasks[index].done())}")

    def event(self):
        number = self.draw(EVENTS)
        if self.events[number].done():
            self.events[number] = asyncio.get_running_loop().create_future()
        return self.events[number]

    async def child(self, delay, fails):
        self.children += 1
        number = self.children
        try:
            await asyncio.sleep(delay)
        finally:
            trace(f"child {number} leaves")
        if fails:
            raise ScenarioError(number)
        return number

    async def wait_step(self, index):
        futures = [self.younger(index) for _ in range(3)]
        mode = MODES[self.draw(3)]
        timeout = self.draw(4) / 100
        if None not in futures:
            done, _ = await asyncio.wait(futures, timeout=timeout or None, return_when=mode)
            trace(f"{len(done)} of them done")

    async def wait_for_task_step(self, index):
        task = self.younger(index)
        timeout = self.short()
        if task:
            await asyncio.wait_for(task, timeout)

    async def wait_for_child_step(self):
        timeout = 0.01 + self.short()
        delay = self.short()
        await asyncio.wait_for(self.child(delay, self.draw(4) == 0), timeout)

    def cancel_callback(self):
        task = self.any_task()
        if task:
            trace(f"a callback cancels {task.get_name()}: {int(task.cancel())}")

    def event_callback(self):
        self.event().set_result(None)
        trace("a callback sets an event")

    def callback_step(self):
        loop = asyncio.get_running_loop()
        callback = (self.cancel_callback, self.event_callback)[self.draw(2)]
        if self.draw(2):
            loop.call_later(self.short(), callback)
        else:
            loop.call_soon(callback)

    def watch_step(self):
        self.event().add_done_callback(lambda _: trace("an event is done"))

    async def timeout_step(self):
        outer = self.short()
        inner = self.short()
        moved = self.draw(3)
        delay = self.short()
        async with asyncio.timeout(outer) as limit:
            async with asyncio.timeout(inner):
                if moved == 0:
                    limit.reschedule(asyncio.get_running_loop().time() + 0.02)
                await asyncio.sleep(delay)

    async def group_step(self, depth):
        async with asyncio.TaskGroup() as group:
            for number in range(1 + self.draw(2)):
                delay = self.short()
                group.create_task(self.child(delay, self.draw(4) == 0), name=f"c{depth}.{number}")
            if depth and self.draw(2):
                await self.group_step(depth - 1)
            elif self.draw(3) == 0:
                raise ScenarioError(900 + depth)

    async def shield_step(self, index):
        task = self.younger(index)
        if task:
            shield = asyncio.shield(task)
            if self.draw(2):
                asyncio.get_running_loop().call_later(self.short(), shield.cancel)
            await shield

    async def step(self, index):
        me = asyncio.current_task()
        action = self.draw(15)
        if action == 0:
            await self.wait_step(index)
        elif action == 1:
            await self.wait_for_task_step(index)
        elif action == 2:
            await self.wait_for_child_step()
        elif action == 3:
            self.spawn(True)
        elif action == 4:
            self.spawn(False)
            self.spawn(False)
        elif action == 5:
            self.callback_step()
        elif action == 6:
            self.watch_step()
        elif action == 7:
            await self.timeout_step()
        elif action == 8:
            await self.group_step(2)
        elif action == 9:
            trace(f"uncancels itself: {me.uncancel()}")
        elif action == 10:
            trace(f"cancels itself: {int(me.cancel())}")
        elif action == 11:
            await asyncio.sleep(self.draw(3) / 100)
        elif action == 12:
            await self.shield_step(index)
        elif action == 13:
            await self.event()
        elif self.draw(3) == 0:
            raise ScenarioError(index)
        return action

    async def worker(self, index):
        me = asyncio.current_task()
        for number in range(2 + self.draw(6)):
            try:
                trace(f"step {number}: {await self.step(index)}")
            except BaseException as error:
                trace(f"step {number}: {show(error)}, cancelling {me.cancelling()}")
                if self.draw(3) == 0:
                    raise
        return index

    async def run(self):
        self.events = [asyncio.get_running_loop().create_future() for _ in range(EVENTS)]
        for _ in range(4):
            self.spawn(False)
        index = 0
        while index < len(self.tasks):
            done, _ = await asyncio.wait([self.tasks[index]], timeout=0.02)
            for event in self.events:
                if not event.done():
                    event.set_result(None)
            index += len(done)
        for task in self.tasks:
            cancelling = task.cancelling()
            trace(f"{task.get_name()}: {await outcome(task)}, cancelling {cancelling}")
        await asyncio.sleep(1)


def case(seed):
    async def program():
        await Program(seed).run()

    program.__name__ = f"seed_{seed}"
    return program


# random_mixtures.py [FIRST LAST]: the seeds to run.
first, last = map(int, sys.argv[1:3]) if len(sys.argv) > 2 else (1, 30)
run(*[case(seed) for seed in range(first, last + 1)])
