"""A group of failures handled by kind: what is expected is told, the rest goes on."""

import asyncio


async def fetch(delay, error):
    try:
        await asyncio.sleep(delay)
    finally:
        if error:
            raise error


async def fetch_all():
    async with asyncio.TaskGroup() as group:
        group.create_task(fetch(0.1, BrokenPipeError()))
        group.create_task(fetch(0.2, BrokenPipeError()))
        group.create_task(fetch(0.3, PermissionError()))


async def main():
    try:
        try:
            await fetch_all()
        except* BrokenPipeError as group:
            print(f"{len(group.exceptions)} peers are gone")
    except* PermissionError as group:
        print(f"{len(group.exceptions)} not allowed")


asyncio.run(main())
