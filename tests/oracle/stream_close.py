"""Closing a stream, and waiting for that."""
# needs: sockets

import asyncio

from scenario import outcome, run, trace
from transport_scenario import MUCH, Recorder, close_stream, open_stream, say_soon, settle


async def waits_closed(side):
    trace(f"wait_closed: {await outcome(side.writer.wait_closed())}")


async def in_its_turn():
    side = Recorder("peer")
    await open_stream(side)
    say_soon("before")
    side.writer.close()
    say_soon("after")
    trace(f"closing {int(side.writer.is_closing())}")
    await waits_closed(side)
    await close_stream(side)


async def again_and_again():
    side = Recorder("peer")
    await open_stream(side)
    side.writer.close()
    side.writer.close()
    await waits_closed(side)
    side.writer.close()
    await waits_closed(side)
    await close_stream(side)


async def several_wait():
    side = Recorder("peer")
    await open_stream(side)
    tasks = [asyncio.create_task(waits_closed(side), name=f"waiter-{i}") for i in (1, 2)]
    await asyncio.sleep(0)
    trace("closes")
    side.writer.close()
    for task in tasks:
        await task
    await close_stream(side)


async def with_bytes_that_nobody_has_read():
    side = Recorder("peer")
    await open_stream(side)
    side.put(b"for nobody")
    await settle()
    side.writer.close()
    await waits_closed(side)
    await close_stream(side)


async def what_was_written_is_sent():
    side = Recorder("peer")
    await open_stream(side)
    side.writer.write(b"last ")
    side.writer.write(b"words")
    side.writer.close()
    await waits_closed(side)
    trace(await side.peer_gets(100))
    await close_stream(side)


async def it_waits_for_a_full_queue():
    side = Recorder("peer")
    await open_stream(side)
    side.writer.write(bytes(MUCH))
    side.writer.close()
    task = asyncio.create_task(waits_closed(side), name="waiter")
    await settle()
    trace(f"done {int(task.done())}")
    count = len(await side.peer_reads(MUCH))
    await task
    trace(count)
    await close_stream(side)


async def aborted():
    side = Recorder("peer")
    await open_stream(side)
    side.writer.write(bytes(MUCH))
    side.writer.transport.abort()
    trace(f"closing {int(side.writer.is_closing())}")
    await waits_closed(side)
    await close_stream(side)


run(
    in_its_turn,
    again_and_again,
    several_wait,
    with_bytes_that_nobody_has_read,
    what_was_written_is_sent,
    it_waits_for_a_full_queue,
    aborted,
)
