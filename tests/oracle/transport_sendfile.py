"""loop.sendfile: over connections with a protocol and with streams, whole files and parts."""
# needs: sockets

import asyncio

from scenario import run, trace
from sendfile_scenario import (
    FILE_SIZE,
    close_file,
    make_file,
    peer_gets_file,
    say_sent,
    send_over,
)
from transport_scenario import MUCH, Recorder, close_stream, open_pair, open_stream, settle


async def the_whole_file():
    recorder = Recorder("a")
    file = make_file(FILE_SIZE)
    await open_pair(recorder)
    task = asyncio.create_task(send_over(recorder, file))
    await settle()
    trace(f"done {int(task.done())}")
    trace(await peer_gets_file(recorder, 0, FILE_SIZE))
    await say_sent(task)
    trace(f"queued {recorder.transport.get_write_buffer_size()}")
    close_file(file)
    await recorder.finish()


async def between_writes():
    recorder = Recorder("a")
    file = make_file(FILE_SIZE)
    await open_pair(recorder)
    recorder.transport.write(b"before")
    task = asyncio.create_task(send_over(recorder, file))
    trace(await recorder.peer_gets(6))
    trace(await peer_gets_file(recorder, 0, FILE_SIZE))
    await say_sent(task)
    recorder.transport.write(b"after")
    trace(await recorder.peer_gets(5))
    await recorder.finish()
    file.close()


async def after_a_full_queue():
    recorder = Recorder("a")
    file = make_file(FILE_SIZE)
    await open_pair(recorder)
    recorder.transport.write(bytes(MUCH))
    task = asyncio.create_task(send_over(recorder, file, 5, 10))
    await settle()
    trace(f"done {int(task.done())}")
    await recorder.peer_drains(MUCH, recorder, "resume")
    trace(await peer_gets_file(recorder, 5, 10))
    await say_sent(task)
    close_file(file)
    await recorder.finish()


async def parts():
    recorder = Recorder("a")
    file = make_file(FILE_SIZE)
    await open_pair(recorder)
    for offset, count in ((1000, 100), (FILE_SIZE - 10, 0), (FILE_SIZE - 10, 50), (0, 1)):
        trace(await send_over(recorder, file, offset, count or None))
        trace(f"position {file.tell()}")
    recorder.transport.close()
    await recorder.wait("lost")
    trace(await peer_gets_file(recorder, 1000, 100))
    trace(await peer_gets_file(recorder, FILE_SIZE - 10, 10))
    trace(await peer_gets_file(recorder, FILE_SIZE - 10, 10))
    trace(await peer_gets_file(recorder, 0, 2))
    await recorder.finish()
    file.close()


async def nothing_to_send():
    recorder = Recorder("a")
    empty = make_file(0)
    file = make_file(100)
    await open_pair(recorder)
    trace(await send_over(recorder, empty))
    trace(await send_over(recorder, empty, 10, 10))
    trace(await send_over(recorder, file, 100))
    close_file(file)
    recorder.transport.write(b"after")
    trace(await recorder.peer_gets(5))
    await recorder.finish()
    empty.close()


async def one_after_another():
    recorder = Recorder("a")
    files = [make_file(FILE_SIZE), make_file(1000)]
    await open_pair(recorder)

    async def both():
        await send_over(recorder, files[0])
        recorder.transport.write(b"between")
        return await send_over(recorder, files[1])

    task = asyncio.create_task(both())
    trace(await peer_gets_file(recorder, 0, FILE_SIZE))
    trace(await recorder.peer_gets(7))
    trace(await peer_gets_file(recorder, 0, 1000))
    await say_sent(task)
    await recorder.finish()
    for file in files:
        file.close()


async def an_answer_to_a_request():
    recorder = Recorder("a")
    file = make_file(FILE_SIZE)
    await open_pair(recorder)
    recorder.put(b"give")
    await recorder.wait("data")
    task = asyncio.create_task(send_over(recorder, file))
    trace(await peer_gets_file(recorder, 0, FILE_SIZE))
    await say_sent(task)
    recorder.put(b"thanks")
    await recorder.wait("data")
    await recorder.finish()
    file.close()


async def reading_stays_paused():
    recorder = Recorder("a")
    file = make_file(100)
    await open_pair(recorder)
    recorder.transport.pause_reading()
    recorder.put(b"hello")
    trace(await send_over(recorder, file))
    await settle()
    trace(f"reading {int(recorder.transport.is_reading())}")
    trace(await peer_gets_file(recorder, 0, 100))
    recorder.transport.resume_reading()
    await recorder.wait("data")
    await recorder.finish()
    file.close()


async def with_limits_of_its_own():
    recorder = Recorder("a")
    file = make_file(FILE_SIZE)
    await open_pair(recorder)
    recorder.transport.set_write_buffer_limits(10)
    task = asyncio.create_task(send_over(recorder, file))
    trace(await peer_gets_file(recorder, 0, FILE_SIZE))
    await say_sent(task)
    await recorder.finish()
    file.close()


async def over_a_stream():
    recorder = Recorder("a")
    file = make_file(FILE_SIZE)
    await open_stream(recorder)
    recorder.transport = recorder.writer.transport
    recorder.writer.write(b"before")
    task = asyncio.create_task(send_over(recorder, file))
    trace(await recorder.peer_gets(6))
    trace(await peer_gets_file(recorder, 0, FILE_SIZE))
    await say_sent(task)
    recorder.put(b"line\n")
    trace(f"line {len(await recorder.reader.readline())}")
    recorder.writer.write(b"after")
    await recorder.writer.drain()
    trace(await recorder.peer_gets(5))
    await close_stream(recorder)
    file.close()


run(
    the_whole_file,
    between_writes,
    after_a_full_queue,
    parts,
    nothing_to_send,
    one_after_another,
    an_answer_to_a_request,
    reading_stays_paused,
    with_limits_of_its_own,
    over_a_stream,
)
