"""Runs a script, and knows "localhost" where the system does not: a bare one has no /etc/hosts."""
import runpy
import socket
import sys

system_lookup = socket.getaddrinfo


def getaddrinfo(host, *arguments, **options):
    try:
        return system_lookup(host, *arguments, **options)
    except socket.gaierror:
        if host != "localhost":
            raise
        return system_lookup("127.0.0.1", *arguments, **options)


if __name__ == "__main__":
    socket.getaddrinfo = getaddrinfo
    del sys.argv[0]
    runpy.run_path(sys.argv[0], run_name="__main__")
