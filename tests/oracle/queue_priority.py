# needs: 3.13
"""The least item first; items that compare equal come out in heapq's order."""

import asyncio

from queue_scenario import finish, get_nowait, put_nowait, start_getters, state
from scenario import run, trace


class Item:
    """Compares by its tens only, so that items of the same tens are equal."""

    def __init__(self, number):
        self.number = number

    def __lt__(self, other):
        return self.number // 10 < other.number // 10

    def __str__(self):
        return str(self.number)


async def order():
    queue = asyncio.PriorityQueue()
    for number in (30, 10, 20, 50, 40):
        put_nowait(queue, number)
    state(queue)
    for _ in range(6):
        get_nowait(queue)


async def equal_items():
    queue = asyncio.PriorityQueue()
    for number in (11, 12, 13, 14, 15, 16, 17):
        put_nowait(queue, Item(number))
    for _ in range(7):
        get_nowait(queue)


async def many_equal_items():
    """Puts and gets by a small generator of numbers, so that the heap is often rearranged."""
    queue = asyncio.PriorityQueue()
    number = 1
    for step in range(400):
        number = (number * 1103515245 + 12345) % 2147483648
        if (number >> 16) % 5 < 3:
            queue.put_nowait(Item((number >> 20) % 50))
        elif not queue.empty():
            trace(f"{step}: {queue.get_nowait()}")
    while not queue.empty():
        trace(f"{queue.get_nowait()}")


async def limited():
    queue = asyncio.PriorityQueue(2)
    for number in (30, 10, 20):
        put_nowait(queue, number)
    state(queue)
    for _ in range(3):
        get_nowait(queue)


async def getters_wait():
    queue = asyncio.PriorityQueue()
    getters = await start_getters(queue, 2)
    put_nowait(queue, 30)
    put_nowait(queue, 10)
    put_nowait(queue, 20)
    await finish(getters)
    get_nowait(queue)


async def shut_down():
    queue = asyncio.PriorityQueue()
    for number in (30, 10, 20):
        put_nowait(queue, number)
    queue.shutdown()
    put_nowait(queue, 5)
    for _ in range(4):
        get_nowait(queue)


run(
    order,
    equal_items,
    many_equal_items,
    limited,
    getters_wait,
    shut_down,
)
