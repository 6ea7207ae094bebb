"""loop.sock_sendfile that does not come to its end: cancelled, or without a peer."""
# needs: sockets

import asyncio

from scenario import outcome, run, show, trace
from sendfile_scenario import (
    FILE_SIZE,
    close_file,
    file_bytes,
    make_file,
    open_socket,
    peer_takes,
    say_sent,
    send_file,
)
from transport_scenario import Recorder, settle


async def cancelled():
    recorder = Recorder("a")
    own = open_socket(recorder)
    file = make_file(FILE_SIZE)
    task = asyncio.create_task(send_file(own, file))
    await settle()
    task.cancel()
    await say_sent(task)
    await settle()
    own.close()
    data = await recorder.peer_reads(FILE_SIZE)
    trace(f"some {int(0 < len(data) < FILE_SIZE)}")
    trace(f"in order {int(data == file_bytes(0, len(data)))}")
    recorder.peer.close()
    file.close()


async def cancelled_and_used_on():
    loop = asyncio.get_running_loop()
    recorder = Recorder("a")
    own = open_socket(recorder)
    file = make_file(FILE_SIZE)
    task = asyncio.create_task(send_file(own, file))
    await settle()
    task.cancel()
    await say_sent(task)
    task = asyncio.create_task(loop.sock_sendall(own, b"next"))
    await settle()
    trace(f"done {int(task.done())}")
    data = b""
    while data[-4:] != b"next":
        data += peer_takes(recorder)
        await asyncio.sleep(0)
    trace(f"sent {show(await task)}")
    trace(f"in order {int(data[:-4] == file_bytes(0, len(data) - 4))}")
    own.close()
    recorder.peer.close()
    file.close()


async def cancelled_before_it_begins():
    recorder = Recorder("a")
    own = open_socket(recorder)
    file = make_file(FILE_SIZE)
    task = asyncio.create_task(send_file(own, file))
    task.cancel()
    trace(f"sent {await outcome(task)}")
    own.close()
    trace(await recorder.peer_gets(1))
    close_file(file)
    recorder.peer.close()


async def the_peer_has_gone():
    recorder = Recorder("a")
    own = open_socket(recorder)
    recorder.peer.close()
    file = make_file(FILE_SIZE)
    trace(await send_file(own, file))
    trace(await send_file(own, file, 10, 20))
    own.close()
    file.close()


async def the_peer_goes():
    recorder = Recorder("a")
    own = open_socket(recorder)
    file = make_file(FILE_SIZE)
    task = asyncio.create_task(send_file(own, file))
    await settle()
    recorder.peer.close()
    await say_sent(task)
    trace(f"some {int(0 < file.tell() < FILE_SIZE)}")
    own.close()
    file.close()


run(
    cancelled,
    cancelled_and_used_on,
    cancelled_before_it_begins,
    the_peer_has_gone,
    the_peer_goes,
)
