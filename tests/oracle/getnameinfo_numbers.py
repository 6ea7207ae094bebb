"""What getnameinfo calls addresses when it is to use digits, and what it refuses."""

import asyncio
import socket

from scenario import run, trace

ERRORS = {
    socket.EAI_NONAME: "OURO_EHOST",
    socket.EAI_BADFLAGS: "ValueError",
}

NUMERIC = socket.NI_NUMERICHOST | socket.NI_NUMERICSERV


async def ask(address, flags):
    try:
        host, service = await asyncio.get_running_loop().getnameinfo(address, flags)
        trace(f"{host} {service}")
    except socket.gaierror as error:
        trace(ERRORS[error.errno])


async def digits():
    await ask(("127.0.0.1", 80), NUMERIC)
    await ask(("0.0.0.0", 0), NUMERIC)
    await ask(("255.255.255.255", 65535), NUMERIC)
    await ask(("::1", 443), NUMERIC)
    await ask(("2001:db8:0:0:1::", 1, 0, 0), NUMERIC)
    await ask(("::ffff:192.0.2.1", 1, 0, 0), NUMERIC)
    await ask(("::", 0, 0, 0), NUMERIC | socket.NI_DGRAM)


async def zones():
    await ask(("fe80::1", 1, 0, 1), NUMERIC)
    await ask(("2001:db8::1", 1, 0, 7), NUMERIC)


async def a_name_is_required():
    await ask(("127.0.0.1", 80), NUMERIC | socket.NI_NAMEREQD)
    await ask(("127.0.0.1", 80), NUMERIC | 1 << 30)


run(digits, zones, a_name_is_required)
