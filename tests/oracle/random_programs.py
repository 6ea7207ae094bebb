# needs: 3.13
"""Programs made up by a random number generator: every step draws what to do next from one
sequence, so that a single step out of order changes all that follows."""

import asyncio
import sys

from scenario import ScenarioError, outcome, run, show, trace

TASKS_MAX = 40
EVENTS = 3


class Program:
    def __init__(self, seed):
        self.state = seed
        self.tasks = []
        self.events = []
        self.children = 0

    def draw(self, limit):
        self.state = (self.state * 1103515245 + 12345) % (1 << 31)
        return (self.state >> 16) % limit

    def younger(self, index):
        """A task created after this one: waiting for those only, tasks never wait in a circle."""
        if index + 1 >= len(self.tasks):
            return None
        return self.tasks[index + 1 + self.draw(len(self.tasks) - index - 1)]

    def spawn(self):
        index = len(self.tasks)
        if index < TASKS_MAX:
            self.tasks.append(asyncio.create_task(self.worker(index), name=f"w{index}"))

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

    async def group(self):
        count = 1 + self.draw(3)
        async with asyncio.TaskGroup() as group:
            for number in range(count):
                delay = self.draw(4) / 100
                group.create_task(self.child(delay, self.draw(4) == 0), name=f"c{number}")
            if self.draw(2):
                await asyncio.sleep(0.01)

    async def limited(self, limit, delay):
        async with asyncio.timeout(limit):
            await asyncio.sleep(delay)

    async def step(self, index):
        action = self.draw(12)
        if action == 0:
            await asyncio.sleep(0)
        elif action == 1:
            await asyncio.sleep(self.draw(5) / 100)
        elif action == 2:
            self.spawn()
            self.spawn()
        elif action == 3:
            victim = self.tasks[self.draw(len(self.tasks))]
            trace(f"cancels {victim.get_name()}: {int(victim.cancel())}")
        elif action == 4:
            task = self.younger(index)
            if task:
                await task
        elif action == 5:
            await self.event()
        elif action == 6:
            self.event().set_result(None)
        elif action == 7:
            limit = self.draw(4) / 100
            await self.limited(limit, self.draw(4) / 100)
        elif action == 8:
            task = self.younger(index)
            if task:
                await asyncio.shield(task)
        elif action == 9:
            first, second = self.younger(index), self.younger(index)
            if first and second:
                await asyncio.gather(first, second)
        elif action == 10:
            await self.group()
        elif action == 11 and self.draw(4) == 0:
            raise ScenarioError(index)
        return action

    async def worker(self, index):
        for number in range(2 + self.draw(6)):
            try:
                trace(f"step {number}: {await self.step(index)}")
            except BaseException as error:
                trace(f"step {number}: {show(error)}")
                if self.draw(3) == 0:
                    raise
        return index

    async def run(self):
        self.events = [asyncio.get_running_loop().create_future() for _ in range(EVENTS)]
        for _ in range(4):
            self.spawn()
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


def case(seed):
    async def program():
        await Program(seed).run()

    program.__name__ = f"seed_{seed}"
    return program


# random_programs.py [FIRST LAST]: the seeds to run.
first, last = map(int, sys.argv[1:3]) if len(sys.argv) > 2 else (1, 30)
run(*[case(seed) for seed in range(first, last + 1)])
