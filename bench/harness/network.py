"""A network of our own for the servers and the load generator.

Congestion controls that pace, such as bbr, make loopback figures noisy and low. In a network
namespace of its own the driver can choose reno for everything that it starts, without touching the
machine. Where that is not allowed, the programs still ask for reno socket by socket, as far as
they can, and the report says so.
"""

import ctypes
import fcntl
import os
import socket
import struct

CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
SIOCGIFFLAGS = 0x8913
SIOCSIFFLAGS = 0x8914
IFF_UP = 0x1
CONGESTION = "/proc/sys/net/ipv4/tcp_congestion_control"


def current():
    try:
        with open(CONGESTION, encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return None


def unshare(flags):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(flags) != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


def become_root_inside(uid, gid):
    for name, text in (("setgroups", "deny"), ("uid_map", f"0 {uid} 1"), ("gid_map", f"0 {gid} 1")):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
            file.write(text)


def bring_loopback_up():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(control, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | IFF_UP))


def enter_own_network():
    """Moves this process, and so all that it starts, into a network with reno. Returns a note for
    the report if that is not possible."""
    uid, gid = os.geteuid(), os.getegid()
    try:
        try:
            unshare(CLONE_NEWNET)
        except PermissionError:
            unshare(CLONE_NEWUSER | CLONE_NEWNET)
            become_root_inside(uid, gid)
        bring_loopback_up()
        with open(CONGESTION, "w", encoding="ascii") as file:
            file.write("reno")
    except OSError as error:
        return (f"no network namespace of our own ({error.strerror}): the machine's congestion "
                f"control {current()} is used where a program cannot choose reno")
    return None
