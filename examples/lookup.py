"""Looks hosts up, all at the same time, and finds out what their addresses are called."""

import asyncio
import socket
import sys


async def look_up(host):
    loop = asyncio.get_running_loop()
    try:
        infos = await loop.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        return f"{host} is not found: {error.strerror}"
    lines = [f"{host} has {len(infos)} address(es)"]
    for family, _, _, _, address in infos:
        flags = socket.NI_NUMERICHOST | socket.NI_NUMERICSERV
        digits, port = await loop.getnameinfo(address, flags)
        lines.append(f"    {digits} port {port}, IPv{6 if family == socket.AF_INET6 else 4}")
    return "\n".join(lines)


async def main():
    hosts = sys.argv[1:] or ["127.0.0.1", "::1"]
    tasks = [asyncio.create_task(look_up(host)) for host in hosts]
    for task in tasks:
        print(await task)


asyncio.run(main())
