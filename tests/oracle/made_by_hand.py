"""Locks, queues and barriers made of futures: what every synchronisation primitive stands on."""

import asyncio
import collections

from scenario import outcome, run, trace


class Lock:
    def __init__(self):
        self.held = False
        self.waiters = collections.deque()

    async def acquire(self):
        while self.held:
            future = asyncio.get_running_loop().create_future()
            self.waiters.append(future)
            try:
                await future
            finally:
                self.waiters.remove(future)
        self.held = True

    def release(self):
        self.held = False
        for future in self.waiters:
            if not future.done():
                future.set_result(None)
                break


async def a_lock():
    lock = Lock()

    async def user(rounds):
        for turn in range(rounds):
            await lock.acquire()
            trace(f"enters {turn}")
            await asyncio.sleep(0.1)
            trace(f"leaves {turn}")
            lock.release()

    tasks = [asyncio.create_task(user(2), name=f"user-{number}") for number in range(3)]
    await asyncio.gather(*tasks)


async def a_lock_whose_waiter_is_cancelled():
    lock = Lock()

    async def user():
        await lock.acquire()
        trace("enters")
        await asyncio.sleep(1)
        lock.release()
        trace("leaves")

    tasks = [asyncio.create_task(user(), name=f"user-{number}") for number in range(4)]
    await asyncio.sleep(0.5)
    tasks[1].cancel()
    for task in tasks:
        trace(f"{task.get_name()}: {await outcome(task)}")


async def a_queue():
    items = collections.deque()
    getters = collections.deque()

    def put(item):
        items.append(item)
        while getters:
            future = getters.popleft()
            if not future.done():
                future.set_result(None)
                break

    async def get():
        while not items:
            future = asyncio.get_running_loop().create_future()
            getters.append(future)
            await future
        return items.popleft()

    async def producer(first, pause):
        for number in range(first, first + 4):
            trace(f"puts {number}")
            put(number)
            await asyncio.sleep(pause)

    async def consumer():
        total = 0
        while True:
            item = await get()
            if item < 0:
                return total
            trace(f"gets {item}")
            total += item
            await asyncio.sleep(0.2)

    consumers = [asyncio.create_task(consumer(), name=f"consumer-{number}") for number in range(2)]
    producers = [
        asyncio.create_task(producer(10, 0.1), name="slow"),
        asyncio.create_task(producer(20, 0), name="quick"),
    ]
    await asyncio.gather(*producers)
    put(-1)
    put(-1)
    for task in consumers:
        trace(f"{task.get_name()}: {await outcome(task)}")


async def a_barrier():
    future = asyncio.get_running_loop().create_future()
    arrived = 0

    async def party(delay):
        nonlocal arrived
        await asyncio.sleep(delay)
        arrived += 1
        trace(f"arrives as number {arrived}")
        if arrived == 4:
            future.set_result(None)
        else:
            await future
        trace("passes")

    tasks = [
        asyncio.create_task(party(number * 3 % 4 / 10), name=f"party-{number}")
        for number in range(4)
    ]
    await asyncio.gather(*tasks)


async def ping_pong():
    loop = asyncio.get_running_loop()
    ball = [loop.create_future(), loop.create_future()]

    async def player(side):
        for turn in range(3):
            await ball[side]
            ball[side] = loop.create_future()
            trace(f"hits {turn}")
            ball[1 - side].set_result(None)

    tasks = [asyncio.create_task(player(side), name=f"player-{side}") for side in range(2)]
    ball[0].set_result(None)
    await asyncio.gather(*tasks)


run(
    a_lock,
    a_lock_whose_waiter_is_cancelled,
    a_queue,
    a_barrier,
    ping_pong,
)
