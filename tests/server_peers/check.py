"""Asks the servers of the examples by curl and netcat, and puts them under load by wrk.

    check.py BUILD-DIR

Every byte must be right; wrk must see no error; after each load a server holds the descriptors and
the memory that it held before; and Ctrl-C, while clients are at it, ends it in order.
"""

import concurrent.futures
import os
import pathlib
import random
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIMIT_SECONDS = 60
LOAD_CONNECTIONS = 32
# What a second of load, hundreds or thousands of requests, may leave behind: the allocator's share.
GROWTH_KIB = 2048
SIZES = (0, 1, 4095, 4096, 65536, 1000003, 8 << 20)


class Failure(Exception):
    """What a server, or a client that talked to it, did wrong."""


class Skipped(Exception):
    """Why something cannot be tested here."""


def expect(what, expected, found):
    if found != expected:
        raise Failure(f"{what}: expected {expected!r}, got {found!r}")


def default_interrupt():
    """A process that was started in the background ignores Ctrl-C; its children must not."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Server:
    """A program that serves until Ctrl-C. `announcement` finds the port in what it prints."""

    def __init__(self, command, backend, announcement):
        self.process = subprocess.Popen(
            command, env={**os.environ, "OURO_BACKEND": backend}, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, preexec_fn=default_interrupt)
        self.output = b""
        deadline = time.monotonic() + LIMIT_SECONDS
        while not re.search(announcement, self.output):
            left = max(0, deadline - time.monotonic())
            ready = select.select([self.process.stdout], [], [], left)[0]
            chunk = self.process.stdout.read1(65536) if ready else b""
            if not chunk:
                self.process.kill()
                errors = self.process.communicate()[1].decode()
                if "built without" in errors:
                    raise Skipped(f"{command[0].name}: the library was built without TLS")
                raise Failure(f"no port was announced: {errors}")
            self.output += chunk
        self.port = int(re.search(announcement, self.output)[1])
        self.idle_descriptors = self.descriptors()

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def settled_memory_kib(self):
        """Waits until all connections have ended. Returns the resident memory."""
        deadline = time.monotonic() + LIMIT_SECONDS
        while self.descriptors() != self.idle_descriptors:
            if time.monotonic() > deadline:
                raise Failure(f"{self.descriptors()} descriptors are open, "
                              f"{self.idle_descriptors} were before the load")
            time.sleep(0.02)
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1])

    def interrupt(self, exit_status):
        self.process.send_signal(signal.SIGINT)
        try:
            errors = self.process.communicate(timeout=LIMIT_SECONDS)[1].decode()
        except subprocess.TimeoutExpired:
            raise Failure("Ctrl-C does not end it") from None
        expect("what it said on stderr", "", errors)
        expect("exit status after Ctrl-C", exit_status, self.process.returncode)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()


def curl(*arguments, exit_status=0):
    """Returns what curl wrote."""
    result = subprocess.run(["curl", "-sS", "--max-time", str(LIMIT_SECONDS), *arguments],
                            capture_output=True, check=False)
    if result.returncode != exit_status:
        raise Failure(f"curl {' '.join(arguments)}: exit status {result.returncode}, "
                      f"not {exit_status}: {result.stderr.decode()}")
    return result.stdout


def curl_to_files(folder, urls, *arguments):
    """Fetches all at once, each into a file. Returns their contents."""
    paths = [folder / f"fetched{number}" for number in range(len(urls))]
    outputs = [word for url, path in zip(urls, paths) for word in ("-o", str(path), url)]
    curl(*arguments, "--parallel", *outputs)
    return [path.read_bytes() for path in paths]


def curl_slowly(url):
    """Has curl wait for a reader of what it writes, longer than all buffers can help."""
    with subprocess.Popen(["curl", "-sS", url], stdout=subprocess.PIPE) as process:
        time.sleep(0.2)
        return process.stdout.read()


def start_load(url, body):
    return subprocess.Popen(
        ["wrk", "-t1", f"-c{LOAD_CONNECTIONS}", "-d1s", "--timeout", "30s", "-s",
         pathlib.Path(__file__).with_name("check.lua"), url, "--", str(body)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def check_load(url, body):
    output = start_load(url, body).communicate(timeout=LIMIT_SECONDS)[0]
    counts = {key: int(value) for key, value in re.findall(r"(\w+)=(\d+)", output)}
    if counts.pop("requests", 0) == 0:
        raise Failure(f"wrk got nothing from {url}:\n{output}")
    expect(f"wrk's errors at {url}",
           dict.fromkeys(("wrong", "connect", "read", "write", "status", "timeout"), 0), counts)


class WebServer:
    """What servers of HTTP have in common: wrk, where it is here, is with them to their end."""

    client = "curl"

    def check_load(self, url, server):
        if not shutil.which("wrk"):
            return
        url = url.replace("localhost", "127.0.0.1") + self.load_path
        check_load(url, self.load_body)
        before = server.settled_memory_kib()
        check_load(url, self.load_body)
        grown = server.settled_memory_kib() - before
        if grown > GROWTH_KIB:
            raise Failure(f"a second of load has left {grown} KiB behind")
        self.last_load = start_load(url, self.load_body)
        time.sleep(0.3)

    def check_end(self):
        if shutil.which("wrk"):
            self.last_load.communicate(timeout=LIMIT_SECONDS)


class HelloServer(WebServer):
    """s26: keep-alive."""

    exit_status = 0
    announcement = rb"Server running on \('127\.0\.0\.1', (\d+)\)\n"
    url = "http://127.0.0.1:%d/"

    def __init__(self, build, folder):
        self.command = [build / "examples" / "s26_http_server", "0", "--quiet"]
        self.load_path = ""
        self.load_body = folder / "hello"
        self.load_body.write_bytes(b"Hello, world!")

    def ask(self, url, folder):
        body = self.load_body.read_bytes()
        expect("GET", body, curl(url))
        expect("HTTP/1.0", body, curl("--http1.0", url))
        expect("POST", body, curl("--data", "x=1", url))
        expect("HEAD", True, b"Content-Length: 13\r\n" in curl("--head", url))
        expect("connections that three requests took", b"100",
               curl("-o", "/dev/null", "-w", "%{num_connects}", "-o", "/dev/null",
                    "-o", "/dev/null", url, url, url))
        expect("two hundred at once", [body] * 200, curl_to_files(folder, [url] * 200))


class FileServer(WebServer):
    """static_server: sendfile."""

    exit_status = 130
    announcement = rb"serving .* on port (\d+)\n"
    url = "http://127.0.0.1:%d/"

    def __init__(self, build, folder):
        self.files = folder / "files"
        self.files.mkdir()
        for size in SIZES:
            (self.files / f"{size}.bin").write_bytes(random.randbytes(size))
        self.command = [build / "examples" / "static_server", self.files, "0"]
        self.load_path = "65536.bin"
        self.load_body = self.files / self.load_path

    def ask(self, url, folder):
        fetched = curl_to_files(folder, [f"{url}{size}.bin" for size in SIZES])
        for size, content in zip(SIZES, fetched):
            if content != (self.files / f"{size}.bin").read_bytes():
                raise Failure(f"the file of {size} bytes came as one of {len(content)}, or changed")
        longest = self.files / f"{SIZES[-1]}.bin"
        expect("a slow reader", longest.read_bytes(), curl_slowly(url + longest.name))
        curl("-o", "/dev/full", url + longest.name, exit_status=23)  # leaves in the middle
        expect("no such file", b"404",
               curl("-o", "/dev/null", "-w", "%{http_code}", f"{url}none"))
        expect("a folder above", b"400",
               curl("--path-as-is", "-o", "/dev/null", "-w", "%{http_code}", f"{url}../hello"))


class SecretServer(WebServer):
    """https_hello: a handshake for each request."""

    exit_status = 130
    announcement = rb"serving https://localhost:(\d+)/\n"
    url = "https://localhost:%d/"

    def __init__(self, build, folder):
        self.command = [build / "examples" / "https_hello", "0"]
        original = (ROOT / "examples" / "https_hello.py").read_text()
        self.authority = folder / "authority.pem"
        self.authority.write_text(
            re.search(r"-----BEGIN CERT[^\"]*-----END CERTIFICATE-----\n", original)[0])
        self.load_path = "load"
        self.load_body = folder / "load"
        self.load_body.write_bytes(b"you asked for /load\n")

    def ask(self, url, folder):
        port = re.search(r":(\d+)/", url)[1]
        trusting = ("--cacert", str(self.authority),
                    "--resolve", f"localhost:{port}:127.0.0.1",
                    "--resolve", f"example.org:{port}:127.0.0.1")
        for version in ("1.2", "1.3"):
            expect(f"TLS {version}", b"you asked for /a\n",
                   curl(*trusting, f"--tlsv{version}", "--tls-max", version, f"{url}a"))
        curl(*trusting, url.replace("localhost", "example.org"), exit_status=60)
        curl(*trusting[2:], url, exit_status=60)
        curl(url.replace("https://localhost", "http://127.0.0.1"), exit_status=52)
        expect("fifty at once", [b"you asked for /b\n"] * 50,
               curl_to_files(folder, [f"{url}b"] * 50, *trusting))


class Netcat:
    """A client that speaks and hears lines."""

    def __init__(self, port):
        self.process = subprocess.Popen(["nc", "127.0.0.1", str(port)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def say(self, line):
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def expect(self, *lines):
        for line in lines:
            expect("what a client hears", f"{line}\n", self.process.stdout.readline())

    def expect_end(self, *lines):
        self.expect(*lines)
        self.process.stdin.close()  # which keeps it, but not the connection
        expect("what a client hears after that", "", self.process.stdout.read())
        self.process.wait(LIMIT_SECONDS)


class ChatServer:
    """chat_server: members that come, go, and are there when it stops."""

    client = "nc"
    exit_status = 130
    announcement = rb"serving on port (\d+)\n"
    url = "%d"

    def __init__(self, build, _folder):
        self.command = [build / "examples" / "chat_server", "0"]

    def ask(self, port, _folder):
        self.ann = Netcat(port)
        self.ann.expect("who are you?")
        self.ann.say("Ann")
        self.ann.expect("welcome, Ann")
        bob = Netcat(port)
        bob.say("Bob")
        bob.expect("who are you?", "welcome, Bob", "Ann is here")
        bob.say("\u00fc\r")
        bob.say("/quit\r")
        bob.expect_end("goodbye, Bob")
        self.ann.expect("Bob joins", "Bob: \u00fc", "Bob leaves")
        nobody = Netcat(port)
        nobody.say("no name")
        nobody.expect_end("who are you?", "that is no name")
        vanishing = Netcat(port)
        vanishing.say("Cid")
        self.ann.expect("Cid joins")
        vanishing.process.kill()
        vanishing.process.communicate()
        self.ann.expect("Cid leaves")

    def check_load(self, _port, _server):
        pass

    def check_end(self):
        self.ann.expect_end("the server stops")


def check(kind, build, backend):
    """Tests a kind of server on a backend, from its start to its end."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        tested = kind(build, folder)
        server = Server(tested.command, backend, tested.announcement)
        try:
            url = tested.url % server.port
            tested.ask(url, folder)
            tested.check_load(url, server)
            server.interrupt(tested.exit_status)
            tested.check_end()
        finally:
            server.kill()


def outcome(kind, build, backend):
    """Returns a line, and whether it tells of a failure."""
    what = f"{kind.__name__} on {backend}"
    try:
        check(kind, build, backend)
    except Skipped as reason:
        return f"skipped: {reason}", False
    except (Failure, OSError, subprocess.SubprocessError) as error:
        return f"FAILED  {what}: {error}", True
    return f"ok      {what}", False


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    missing = [program for program in ("curl", "wrk", "nc") if not shutil.which(program)]
    kinds = [kind for kind in (HelloServer, FileServer, SecretServer, ChatServer)
             if kind.client not in missing and (build / "examples").exists()]
    if not kinds:
        print("skipped: no examples, or neither curl nor netcat here")
        return 77
    for program in missing:
        print(f"skipped: no {program} here")
    uring = subprocess.run([ROOT / "tools" / "have-uring"], capture_output=True, check=False)
    backends = ("uring", "epoll") if uring.returncode == 0 else ("epoll",)
    pairs = [(kind, backend) for kind in kinds for backend in backends]
    with concurrent.futures.ThreadPoolExecutor(len(pairs)) as pool:
        outcomes = list(pool.map(lambda pair: outcome(pair[0], build, pair[1]), pairs))
    for line, _ in outcomes:
        print(line)
    return 1 if any(failed for _, failed in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
