"""Tokens undo one set, once, in the context in which it was made; variables have defaults."""

import asyncio
import contextvars

from scenario import attempt, run, trace

plain = contextvars.ContextVar("plain")
with_default = contextvars.ContextVar("with_default", default=7)


def tell():
    trace(f"{attempt(plain.get)} {plain.get(-1)} {with_default.get()} {with_default.get(-1)}")


async def never_set():
    tell()
    with_default.set(8)
    tell()


async def undone_to_nothing():
    token = plain.set(1)
    other = with_default.set(2)
    tell()
    trace(f"{token.var is plain:d} {token.old_value is contextvars.Token.MISSING:d}")
    plain.reset(token)
    with_default.reset(other)
    tell()
    trace(f"{plain in contextvars.copy_context():d}")


async def used_twice():
    plain.set(1)
    token = plain.set(2)
    trace(token.old_value)
    trace(attempt(plain.reset, token))
    trace(attempt(plain.reset, token))
    tell()


async def out_of_order():
    plain.set(1)
    first = plain.set(2)
    second = plain.set(3)
    plain.reset(first)
    tell()
    plain.reset(second)
    tell()


async def of_another_context():
    plain.set(1)
    token = plain.set(2)

    async def child():
        trace(attempt(plain.reset, token))
        tell()

    await asyncio.create_task(child(), name="child")
    trace(attempt(contextvars.copy_context().run, plain.reset, token))
    trace(attempt(plain.reset, token))
    tell()


async def across_a_suspension():
    token = plain.set(1)
    await asyncio.sleep(0.1)
    plain.reset(token)
    tell()


async def by_a_callback():
    token = plain.set(1)
    asyncio.get_running_loop().call_soon(lambda: trace(attempt(plain.reset, token)))
    await asyncio.sleep(0)
    tell()


run(
    never_set,
    undone_to_nothing,
    used_twice,
    out_of_order,
    of_another_context,
    across_a_suspension,
    by_a_callback,
)
