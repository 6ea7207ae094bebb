"""connect_accepted_socket(), and a listening socket that the server is given."""
# needs: sockets

import asyncio
import socket

from scenario import outcome, run, trace
from transport_scenario import Recorder, connect_peer, port_of, say_soon, socket_pair


async def accepted_elsewhere():
    recorder = Recorder("a", made=lambda self: say_soon("soon after made"))
    listener = socket.create_server(("127.0.0.1", 0))
    connect_peer(recorder, listener.getsockname()[1])
    accepted, _ = listener.accept()
    listener.close()
    say_soon("soon")
    loop = asyncio.get_running_loop()
    await loop.connect_accepted_socket(lambda: recorder, accepted)
    trace("returned")
    recorder.put(b"hello")
    await recorder.wait("data")
    recorder.transport.write(b"answer")
    trace(await recorder.peer_gets(6))
    await recorder.finish()


async def of_the_unix_family():
    recorder = Recorder("a")
    own, recorder.peer = socket_pair()
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.connect_accepted_socket(lambda: recorder, own)
    trace(f"transport {int(transport is recorder.transport)}")
    recorder.put(b"hello")
    await recorder.wait("data")
    await recorder.finish()


async def closed_at_once():
    recorder = Recorder("a", made=lambda self: self.transport.close())
    own, recorder.peer = socket_pair()
    loop = asyncio.get_running_loop()
    trace(f"closed before: {int(recorder.is_lost)}")
    await loop.connect_accepted_socket(lambda: recorder, own)
    trace("returned")
    trace(await recorder.peer_gets(1))
    await recorder.finish()


async def a_listening_socket():
    recorder = Recorder("a")
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: recorder, sock=listener)
    trace(f"same port {int(port_of(server) == port)}")
    connect_peer(recorder, port)
    await recorder.wait("made")
    await recorder.finish()
    server.close()
    trace(await outcome(server.wait_closed()))


run(accepted_elsewhere, of_the_unix_family, closed_at_once, a_listening_socket)
