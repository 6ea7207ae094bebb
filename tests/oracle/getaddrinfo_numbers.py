"""What getaddrinfo makes of numeric addresses and of "localhost", and of what is neither."""

import asyncio
import socket

from scenario import run, trace

ERRORS = {
    socket.EAI_NONAME: "OURO_EHOST",
    socket.EAI_NODATA: "OURO_ENOADDRESS",
    socket.EAI_ADDRFAMILY: "OURO_ENOADDRESS",
    socket.EAI_SERVICE: "OURO_ENOSERVICE",
    socket.EAI_BADFLAGS: "ValueError",
    socket.EAI_FAMILY: "EAFNOSUPPORT",
    socket.EAI_SOCKTYPE: "ESOCKTNOSUPPORT",
}


async def get_infos(host, port, **options):
    loop = asyncio.get_running_loop()
    try:
        return await loop.getaddrinfo(host, port, **options)
    except socket.gaierror:
        if host != "localhost" or "flags" in options:
            raise
        return await loop.getaddrinfo("127.0.0.1", port, **options)  # there is no /etc/hosts


async def look_up(host, port=None, most=9, **options):
    try:
        infos = await get_infos(host, port, **options)
    except socket.gaierror as error:
        trace(f"{host or 'none'}: {ERRORS[error.errno]}")
        return
    for family, kind, protocol, canonical_name, address in infos[:most]:
        words = f"{int(family)} {int(kind)} {protocol} '{canonical_name}'"
        trace(f"{host or 'none'}: {words} {address[0]} {address[1]}")


async def addresses():
    await look_up("127.0.0.1", 80)
    await look_up("192.0.2.7", 0)
    await look_up("::1", 443)
    await look_up("2001:DB8:0::1", 443, type=socket.SOCK_STREAM)
    await look_up("::ffff:192.0.2.1", 1, type=socket.SOCK_STREAM)
    await look_up("fe80::1%1", 2, type=socket.SOCK_STREAM)
    await look_up("127.1", 3, type=socket.SOCK_STREAM)
    await look_up("0x7f000001", 3, type=socket.SOCK_STREAM)


async def types():
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW):
        await look_up("127.0.0.1", 80, type=kind)
    await look_up("127.0.0.1", type=socket.SOCK_RAW)
    for protocol in (socket.IPPROTO_TCP, socket.IPPROTO_UDP, socket.IPPROTO_ICMP):
        await look_up("127.0.0.1", 80, proto=protocol)
    await look_up("127.0.0.1", 80, type=socket.SOCK_STREAM, proto=socket.IPPROTO_UDP)
    await look_up("127.0.0.1", 80, type=1000)
    await look_up("127.0.0.1", 80, proto=1000)


async def families():
    await look_up("127.0.0.1", 80, family=socket.AF_INET, type=socket.SOCK_STREAM)
    await look_up("127.0.0.1", 80, family=socket.AF_INET6, type=socket.SOCK_STREAM)
    await look_up("::1", 80, family=socket.AF_INET6, type=socket.SOCK_STREAM)
    await look_up("::1", 80, family=socket.AF_INET, type=socket.SOCK_STREAM)
    await look_up("::1", 80, family=socket.AF_UNIX)
    await look_up("::1", 80, family=1000)


async def flags():
    options = {"family": socket.AF_INET, "type": socket.SOCK_STREAM}
    await look_up(None, 80, **options)
    await look_up(None, 80, flags=socket.AI_PASSIVE, **options)
    await look_up("127.0.0.1", 80, flags=socket.AI_PASSIVE, **options)
    await look_up("127.0.0.1", 80, flags=socket.AI_CANONNAME, **options)
    await look_up(None, 80, flags=socket.AI_CANONNAME, **options)
    await look_up("127.0.0.1", 80, flags=socket.AI_NUMERICHOST, **options)
    await look_up("localhost", 80, flags=socket.AI_NUMERICHOST, **options)
    await look_up("127.0.0.1", 80, flags=1 << 30, **options)


async def services():
    await look_up("127.0.0.1", "80", type=socket.SOCK_STREAM)
    await look_up("127.0.0.1", "080", type=socket.SOCK_STREAM)
    await look_up("127.0.0.1", "no-such-service", type=socket.SOCK_STREAM)
    await look_up("127.0.0.1", "http", type=socket.SOCK_STREAM, flags=socket.AI_NUMERICSERV)


async def localhost():
    await look_up("localhost", 80, most=1, family=socket.AF_INET, type=socket.SOCK_STREAM)
    await look_up("localhost", 80, most=1, family=socket.AF_INET, type=socket.SOCK_DGRAM)


async def no_hosts():
    await look_up("", 80)
    await look_up("::1::", 80, flags=socket.AI_NUMERICHOST)
    await look_up("1.2.3.4.5", 80, flags=socket.AI_NUMERICHOST)
    await look_up("fe80::1%no-such", 80, flags=socket.AI_NUMERICHOST)
    await look_up("::1%1", 80, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    await look_up("[::1]", 80, flags=socket.AI_NUMERICHOST)


run(addresses, types, families, flags, services, localhost, no_hosts)
