"""Blocking sockets in loop.sock_* calls, in debug mode."""

# needs: sockets

import asyncio

import scenario
from scenario import trace
from socket_scenario import close, listener, outcome, stream_pair, tcp, udp


async def refused_in_debug_mode():
    loop = asyncio.get_running_loop()
    one, other = stream_pair()
    datagrams = udp()
    server = listener()
    client = tcp()
    address = datagrams.getsockname()
    for blocking in (one, datagrams, server, client):
        blocking.setblocking(True)
    other.send(b"there")
    loop.set_debug(True)
    trace(await outcome(loop.sock_recv(one, 10)))
    trace(await outcome(loop.sock_recv_into(one, bytearray(10))))
    trace(await outcome(loop.sock_sendall(one, b"x")))
    trace(await outcome(loop.sock_recvfrom(datagrams, 10)))
    trace(await outcome(loop.sock_sendto(datagrams, b"x", address)))
    trace(await outcome(loop.sock_accept(server)))
    trace(await outcome(loop.sock_connect(client, server.getsockname())))
    loop.set_debug(False)
    one.setblocking(False)
    trace(await outcome(loop.sock_recv_into(one, bytearray(10))))
    close(one, other, datagrams, server, client)


scenario.run(refused_in_debug_mode)
