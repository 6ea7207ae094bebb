"""loop.sendfile that is refused, does not come to its end, or is disturbed."""
# needs: sockets

import asyncio

from scenario import attempt, run, trace
from sendfile_scenario import (
    FILE_SIZE,
    close_file,
    file_bytes,
    make_file,
    peer_gets_file,
    peer_takes,
    say_sent,
    send_over,
)
from transport_scenario import MUCH, Recorder, open_pair, set_handler, settle


async def over_a_closing_connection():
    recorder = Recorder("a")
    file = make_file(100)
    await open_pair(recorder)
    recorder.transport.close()
    trace(await send_over(recorder, file))
    await recorder.wait("lost")
    trace(await send_over(recorder, file))
    trace(await recorder.peer_gets(1))
    close_file(file)
    await recorder.finish()


async def over_an_aborted_connection():
    recorder = Recorder("a")
    file = make_file(100)
    await open_pair(recorder)
    recorder.transport.write(bytes(MUCH))
    recorder.transport.abort()
    trace(await send_over(recorder, file))
    close_file(file)
    await recorder.wait("lost")
    await recorder.finish()


async def after_write_eof():
    recorder = Recorder("a")
    file = make_file(100)
    await open_pair(recorder)
    recorder.transport.write_eof()
    trace(await send_over(recorder, file))
    trace(await recorder.peer_gets(1))
    await recorder.finish()
    file.close()


async def writes_are_refused_meanwhile():
    recorder = Recorder("a")
    file = make_file(FILE_SIZE)
    await open_pair(recorder)
    task = asyncio.create_task(send_over(recorder, file))
    await settle()
    trace(attempt(recorder.transport.write, b"x"))
    trace(attempt(recorder.transport.writelines, [b"x", b"y"]))
    trace(await peer_gets_file(recorder, 0, FILE_SIZE))
    await say_sent(task)
    trace(attempt(recorder.transport.write, b"x"))
    trace(await recorder.peer_gets(1))
    await recorder.finish()
    file.close()


async def writes_are_refused_before_it_begins_to_send():
    recorder = Recorder("a")
    file = make_file(100)
    await open_pair(recorder)
    recorder.transport.write(bytes(MUCH))
    task = asyncio.create_task(send_over(recorder, file))
    await settle()
    trace(attempt(recorder.transport.write, b"x"))
    await recorder.peer_drains(MUCH, recorder, "resume")
    trace(await peer_gets_file(recorder, 0, 100))
    await say_sent(task)
    await recorder.finish()
    file.close()


async def cancelled():
    recorder = Recorder("a")
    file = make_file(FILE_SIZE)
    await open_pair(recorder)
    task = asyncio.create_task(send_over(recorder, file))
    await settle()
    task.cancel()
    await say_sent(task)
    trace(attempt(recorder.transport.write, b"next"))
    data = b""
    while data[-4:] != b"next":
        data += peer_takes(recorder)
        await asyncio.sleep(0)
    trace(f"some {int(0 < len(data) - 4 < FILE_SIZE)}")
    trace(f"in order {int(data[:-4] == file_bytes(0, len(data) - 4))}")
    trace(f"closing {int(recorder.transport.is_closing())}")
    await recorder.finish()
    file.close()


async def the_peer_goes():
    set_handler()
    recorder = Recorder("a")
    file = make_file(FILE_SIZE)
    await open_pair(recorder)
    task = asyncio.create_task(send_over(recorder, file))
    await settle()
    recorder.peer.close()
    await recorder.wait("lost")
    trace(f"broken {int(await task in ('BrokenPipeError', 'ConnectionResetError'))}")
    trace(f"some {int(0 < file.tell() < FILE_SIZE)}")
    trace(f"closing {int(recorder.transport.is_closing())}")
    await recorder.finish()
    file.close()


async def the_peer_goes_when_it_has_all():
    recorder = Recorder("a")
    file = make_file(FILE_SIZE)
    await open_pair(recorder)
    task = asyncio.create_task(send_over(recorder, file))
    trace(await peer_gets_file(recorder, 0, FILE_SIZE))
    recorder.peer.close()
    await say_sent(task)
    await recorder.wait("lost")
    close_file(file)
    await recorder.finish()


run(
    over_a_closing_connection,
    over_an_aborted_connection,
    after_write_eof,
    writes_are_refused_meanwhile,
    writes_are_refused_before_it_begins_to_send,
    cancelled,
    the_peer_goes,
    the_peer_goes_when_it_has_all,
)
