"""W6 on asyncio: a TCP echo server by the Protocol interface, the fastest that asyncio has.

Usage: w6_echo.py. Prints port=N and serves until it is killed. Expected: 24 us a request.
"""

import asyncio
import contextlib
import socket


class Echo(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(data)


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Echo, "127.0.0.1", 0, backlog=4096)
    listener = server.sockets[0]
    with contextlib.suppress(OSError):
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, b"reno")
    print(f"port={listener.getsockname()[1]}", flush=True)
    await server.serve_forever()


asyncio.run(main())
