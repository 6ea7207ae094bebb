"""Results as they come, with as_completed: the fastest first, and a limit on all together."""

import asyncio


async def fetch(size, delay):
    await asyncio.sleep(delay)
    return size


async def main():
    tasks = [
        asyncio.create_task(fetch(100, 0.3)),
        asyncio.create_task(fetch(200, 0.1)),
        asyncio.create_task(fetch(300, 9.0)),
        asyncio.create_task(fetch(400, 0.2)),
    ]
    for one in asyncio.as_completed(tasks, timeout=1):
        try:
            print(f"{await one} bytes")
        except asyncio.TimeoutError:
            print("the last one is too slow")
    tasks[2].cancel()


asyncio.run(main())
