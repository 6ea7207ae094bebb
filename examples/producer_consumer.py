"""A producer and two consumers: the queue is shut down when nothing more will come."""
# needs: 3.13
import asyncio


async def produce(queue):
    for number in range(1, 7):
        await queue.put(number)
        print(f"produced {number}, {queue.qsize()} wait")
        await asyncio.sleep(0.1)
    queue.shutdown()
    print("that was all")


async def consume(name, queue):
    while True:
        try:
            number = await queue.get()
        except asyncio.QueueShutDown:
            print(f"{name}: the queue is empty for good")
            return
        print(f"{name}: {number} squared is {number * number}")
        await asyncio.sleep(0.35)


async def main():
    queue = asyncio.Queue(maxsize=2)
    async with asyncio.TaskGroup() as group:
        group.create_task(produce(queue))
        group.create_task(consume("first", queue))
        group.create_task(consume("second", queue))


asyncio.run(main())
