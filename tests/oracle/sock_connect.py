"""loop.sock_connect: to a listener, to nobody, to a path, for datagrams."""

# needs: sockets

import asyncio
import socket

import scenario
from scenario import trace
from socket_scenario import close, listener, outcome, tcp, text_of


async def to_a_listener():
    loop = asyncio.get_running_loop()
    server = listener()
    for host in ("127.0.0.1", "localhost"):
        client = tcp()
        trace(await outcome(loop.sock_connect(client, (host, server.getsockname()[1]))))
        peer, address = server.accept()
        trace(f"from it {address == client.getsockname()}")
        trace(await outcome(loop.sock_sendall(client, b"hello")))
        peer.setblocking(False)
        trace(await text_of(loop.sock_recv(peer, 100)))
        close(client, peer)
    close(server)


async def to_nobody():
    loop = asyncio.get_running_loop()
    server = listener()
    port = server.getsockname()[1]
    close(server)
    client = tcp()
    trace(await outcome(loop.sock_connect(client, ("127.0.0.1", port))))
    close(client)


async def to_a_path():
    loop = asyncio.get_running_loop()
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.setblocking(False)
    trace(await outcome(loop.sock_connect(client, "./no/such/socket")))
    close(client)


async def datagram_sockets():
    loop = asyncio.get_running_loop()
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.setblocking(False)
    server.bind(("127.0.0.1", 0))
    client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    client.setblocking(False)
    trace(await outcome(loop.sock_connect(client, server.getsockname())))
    trace(await outcome(loop.sock_sendall(client, b"hello")))
    trace(await text_of(loop.sock_recv(server, 100)))
    close(client, server)


scenario.run(to_a_listener, to_nobody, to_a_path, datagram_sockets)
