"""The HTTP server of the examples (s26) as a process, and what clients may do to it.

`conversations` are the same bytes sent to any such server; each gives the bytes that came back, and
none depends on timing. `hostile_clients` reset and vanish at every point; they have no answers to
compare.
"""

import contextlib
import re
import select
import signal
import socket
import struct
import subprocess
import time

LIMIT_SECONDS = 20
GET = b"GET /%d HTTP/1.1\r\nHost: example\r\n\r\n"


class Failure(Exception):
    """The server did not do what any server of this kind does."""


def _default_interrupt():
    """A process that was started in the background ignores Ctrl-C; its children must not."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Server:
    """A server on free ports of its own; `command` is run as it is."""

    def __init__(self, command, env):
        self.process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, preexec_fn=_default_interrupt)
        self.output = b""
        self.addresses = {}
        deadline = time.monotonic() + LIMIT_SECONDS
        while not self._has_address():
            left = deadline - time.monotonic()
            if not select.select([self.process.stdout], [], [], max(0, left))[0]:
                self.kill()
                raise Failure("the server did not say where it runs")
            chunk = self.process.stdout.read1(65536)
            if not chunk:
                raise Failure(f"the server ended: {self.process.communicate()[1].decode()}")
            self.output += chunk
        self.idle_descriptors = self.descriptors()

    def _has_address(self):
        found = re.findall(rb"Server running on \('(.*)', (\d+)\)\n", self.output)
        self.addresses = {host.decode(): int(port) for host, port in found}
        return "127.0.0.1" in self.addresses

    def connect(self, host="127.0.0.1"):
        client = socket.create_connection((host, self.addresses[host]), timeout=LIMIT_SECONDS)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return client

    def descriptors(self):
        listing = subprocess.run(["ls", f"/proc/{self.process.pid}/fd"], capture_output=True,
                                 check=True)
        return len(listing.stdout.split())

    def settle(self):
        """Waits until its connections have ended. CPython 3.11 complains, on stderr, of one that
        Ctrl-C finds open; how long one lingers depends on the load of the machine."""
        deadline = time.monotonic() + LIMIT_SECONDS
        while self.descriptors() > self.idle_descriptors:
            if time.monotonic() > deadline:
                raise Failure("the server keeps connections open")
            time.sleep(0.01)

    def stop(self):
        """Interrupts it. Returns (output, errors, exit status)."""
        self.process.send_signal(signal.SIGINT)
        try:
            output, errors = self.process.communicate(timeout=LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Failure("the server did not stop on Ctrl-C") from None
        return (self.output + output).decode(), errors.decode(), self.process.returncode

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()


def receive(client, count=None):
    """Reads `count` answers by their lengths, or all there is to the end of the stream."""
    data = b""
    while True:
        if count is not None:
            answers = re.findall(rb"(?s)HTTP/1\.1 .*?\r\n\r\nHello, world!", data)
            if len(answers) >= count:
                return data
        chunk = client.recv(65536)
        if not chunk:
            if count is not None:
                raise Failure(f"the server hung up after {data!r}")
            return data
        data += chunk


def _send(client, data):
    client.sendall(data)
    return receive(client)


def _one_by_one(client):
    answers = []
    for number in range(3):
        client.sendall(GET % number)
        answers.append(receive(client, 1))
    client.shutdown(socket.SHUT_WR)
    return b"|".join([*answers, receive(client)])


def _byte_by_byte(client):
    for byte in GET % 5:
        client.sendall(bytes([byte]))
    answer = receive(client, 1)
    client.shutdown(socket.SHUT_WR)
    return answer + receive(client)


def _pipelined(client):
    client.sendall(b"".join(GET % number for number in range(100)))
    answer = receive(client, 100)
    client.shutdown(socket.SHUT_WR)
    return answer + receive(client)


def _half_close(data):
    def talk(client):
        client.sendall(data)
        client.shutdown(socket.SHUT_WR)
        return receive(client)

    return talk


def _all_to_the_end(data):
    return lambda client: _send(client, data)


conversations = {
    "keep-alive": _one_by_one,
    "byte by byte": _byte_by_byte,
    "a hundred pipelined requests": _pipelined,
    "two pipelined requests and a half-close": _half_close(GET % 1 + GET % 2),
    "a request cut short": _half_close((GET % 1)[:-2]),
    "a request and half of another": _half_close(GET % 1 + b"GET"),
    "nothing": _half_close(b""),
    "connection: close": _all_to_the_end(
        b"GET / HTTP/1.1\r\nConnection: close\r\nHost: example\r\n\r\n"),
    "close, in another spelling, then more": _all_to_the_end(
        b"GET / HTTP/1.1\r\ncoNNection:   Close\r\n\r\n" + GET % 1 * 50),
    "HTTP/1.0": _all_to_the_end(b"GET / HTTP/1.0\r\n\r\n"),
    "HEAD": _half_close(b"HEAD / HTTP/1.1\r\nHost: example\r\n\r\n" + GET % 1),
    "a body": _all_to_the_end(
        b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nGET /" + b"x" * 30000),
    "a chunked body": _all_to_the_end(
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    "garbage": _all_to_the_end(b"what is this\r\n\r\n"),
    "garbage without an end": _half_close(b"what is this"),
    "an empty head": _all_to_the_end(b"\r\n\r\n"),
    "an empty target": _all_to_the_end(b"GET  HTTP/1.1\r\n\r\n"),
    "another protocol": _all_to_the_end(b"GET / HTTP/2.0\r\n\r\n"),
    "a version in lower case": _all_to_the_end(b"GET / http/1.1\r\n\r\n"),
    "too many words": _all_to_the_end(b"GET / HTTP/1.1 please\r\n\r\n"),
    "a header without a colon": _all_to_the_end(b"GET / HTTP/1.1\r\nHost\r\n\r\n"),
    "a header without a name": _all_to_the_end(b"GET / HTTP/1.1\r\n: x\r\n\r\n"),
    "a bare line feed": _all_to_the_end(b"GET / HTTP/1.1\r\nA: b\nC: d\r\n\r\n"),
    "garbage after a request": _all_to_the_end(GET % 1 + b"garbage\r\n\r\n" + GET % 2),
    "a header over the limit": _all_to_the_end(b"GET / HTTP/1.1\r\nA: " + b"a" * 300000),
    "a long header within the limit": _half_close(
        b"GET / HTTP/1.1\r\nA: " + b"a" * 30000 + b"\r\n\r\n"),
}


def _reset(client):
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def hostile_clients(server, rounds=20):
    """Resets connections at every point of a conversation, and leaves some open."""
    pieces = (b"", b"GET / HT", GET % 1, GET % 1 * 300, GET % 1 + b"GET /", b"\0\r\n\r\n",
              b"a" * 200000)
    for _ in range(rounds):
        for piece in pieces:
            client = server.connect()
            client.setblocking(False)
            with contextlib.suppress(BlockingIOError, ConnectionError):
                client.send(piece)
            _reset(client)
    # Clients that ask for much and read nothing, until the server cannot send any more.
    for _ in range(5):
        client = server.connect()
        client.setblocking(False)
        with contextlib.suppress(BlockingIOError, ConnectionError):
            for _ in range(1000):
                client.send(GET % 1 * 500)
        _reset(client)
