"""drain(): waits while too much is queued."""
# needs: sockets

import asyncio

from scenario import outcome, run, trace
from transport_scenario import MUCH, Recorder, close_stream, open_stream, say_soon, settle


async def drains(side):
    trace(f"drain: {await outcome(side.writer.drain())}")


async def write_and_drain(side, count):
    side.writer.write(bytes(MUCH))
    tasks = [asyncio.create_task(drains(side), name=f"writer-{i}") for i in range(1, count + 1)]
    await settle()
    trace(f"done {sum(task.done() for task in tasks)}")
    return tasks


async def it_does_not_wait_for_little():
    side = Recorder("peer")
    await open_stream(side)
    say_soon("soon")
    side.writer.write(b"little")
    await drains(side)
    await asyncio.sleep(0)
    trace(await side.peer_gets(6))
    await close_stream(side)


async def it_waits_for_the_peer():
    side = Recorder("peer")
    await open_stream(side)
    tasks = await write_and_drain(side, 1)
    count = len(await side.peer_reads(MUCH))
    await tasks[0]
    trace(count)
    await close_stream(side)


async def several_wait():
    side = Recorder("peer")
    await open_stream(side)
    tasks = await write_and_drain(side, 3)
    count = len(await side.peer_reads(MUCH))
    for task in tasks:
        await task
    trace(count)
    await close_stream(side)


async def one_of_them_is_cancelled():
    side = Recorder("peer")
    await open_stream(side)
    tasks = await write_and_drain(side, 3)
    tasks[1].cancel()
    await settle()
    count = len(await side.peer_reads(MUCH))
    for task in tasks:
        await task
    trace(count)
    await close_stream(side)


async def the_connection_is_lost():
    side = Recorder("peer")
    await open_stream(side)
    tasks = await write_and_drain(side, 2)
    side.peer.shutdown(2)
    for task in tasks:
        await task
    await drains(side)
    await close_stream(side)


async def after_a_close():
    side = Recorder("peer")
    await open_stream(side)
    side.writer.close()
    say_soon("soon")
    await drains(side)
    await drains(side)
    await close_stream(side)


async def after_the_end_of_the_peer():
    side = Recorder("peer")
    await open_stream(side)
    side.peer.shutdown(1)
    await settle()
    await drains(side)
    side.writer.write(b"answer")
    await drains(side)
    trace(await side.peer_gets(6))
    await close_stream(side)


run(
    it_does_not_wait_for_little,
    it_waits_for_the_peer,
    several_wait,
    one_of_them_is_cancelled,
    the_connection_is_lost,
    after_a_close,
    after_the_end_of_the_peer,
)
