"""A context variable: every line of a request has its number, whichever task writes it."""

import asyncio
import contextvars

request_id = contextvars.ContextVar("request_id", default="-")


def log(text):
    print(f"[{request_id.get()}] {text}")


async def query(table, delay):
    log(f"reads {table}")
    await asyncio.sleep(delay)
    log(f"has read {table}")


async def handle(number):
    request_id.set(number)
    log("begins")
    await asyncio.gather(query("users", 0.1 * number), query("orders", 0.3))
    log("ends")


async def main():
    async with asyncio.TaskGroup() as group:
        group.create_task(handle(1))
        group.create_task(handle(2))
    token = request_id.set("shutdown")
    log("flushes")
    request_id.reset(token)
    log("done")


asyncio.run(main())
