#!/usr/bin/env python3
"""Runs every example beside its Python original and compares what they print, line by line.

    compare.py --build-dir DIR [--backend NAME] [NAME ...]      NAME: "s12" or "s12_fetch_data"
    compare.py --list

Both halves run on virtual time, so that nothing sleeps. With a backend other than sim the programs
run in real time, all at once; there, timers that are to end together end one by one if the machine
is held up between them, and so what differs is run again twice. The HTTP server (s26) is asked the
same by the same clients, and then mishandled, on uring and on epoll. An original that says "#
needs: 3.13" is not run by an older Python: what it printed once stands in NAME.txt here. One that
says "# needs: sockets" runs in real time, and the program on uring and on epoll. One that says "#
exits: 130" ends so on purpose, and so must the program. Both read NAME.in, where that is here. A
program that needs another library is skipped where it was not built. Builds nothing. Exits with 1
and a diff where something differs.
"""

import argparse
import concurrent.futures
import difflib
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

import http_exchange

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
VIRTUAL_TIME = ROOT / "tests" / "oracle" / "virtual_time.py"
RECORDS = pathlib.Path(__file__).resolve().parent
LOCAL_NAMES = pathlib.Path(__file__).resolve().parent / "local_names.py"
SERVER = "s26_http_server"
LIMIT_SECONDS = 60
REAL_TIME_RUNS = 3


def environment(backend):
    return {**os.environ, "OURO_BACKEND": backend, "PYTHONIOENCODING": "utf-8",
            "PYTHONDONTWRITEBYTECODE": "1"}


def server_backends():
    """Both, or epoll alone where the kernel refuses io_uring."""
    refused = subprocess.run([ROOT / "tools" / "have-uring"], capture_output=True, check=False)
    if refused.returncode != 0:
        print("no io_uring here: the server runs on epoll only")
        return ("epoll",)
    return ("uring", "epoll")


def binary_of(build_dir, name):
    for folder in (build_dir / "examples", build_dir / "bin", build_dir):
        if os.access(folder / name, os.X_OK) and (folder / name).is_file():
            return folder / name
    raise http_exchange.Failure(f"no program {name} in {build_dir}: build the examples first")


def differences(expected, found, what):
    """Returns a diff, or "" where both are equal."""
    return "\n".join(difflib.unified_diff(expected.splitlines(), found.splitlines(),
                                          f"{what}: Python", f"{what}: C", lineterm=""))


def run(command, backend, exit_status=0, typed=b""):
    """Runs a program in a folder of its own. Returns what it printed, and how it ended if that was
    not as it should."""
    with tempfile.TemporaryDirectory() as folder:
        ended = subprocess.run(command, env=environment(backend), input=typed,
                               capture_output=True, timeout=LIMIT_SECONDS, check=False, cwd=folder)
    text = ended.stdout.decode(errors="backslashreplace")
    if ended.returncode != exit_status or ended.stderr:
        errors = ended.stderr.decode(errors="backslashreplace")
        text += f"[exit status {ended.returncode}]\n{errors}"
    return text


def left_out(name, build_dir):
    """Returns why a program was not built, or "": the libraries whose headers it includes."""
    if (build_dir / "examples" / name).exists():
        return ""
    text = (EXAMPLES / f"{name}.c").read_text()
    return ", ".join(re.findall(r"^#include <((?:ouro/curl|jansson)\.h)>$", text, re.MULTILINE))


def compare_program(name, build_dir, backend):
    original = EXAMPLES / f"{name}.py"
    text = original.read_text()
    exits = re.search(r"^# exits: (\d+)$", text, re.MULTILINE)
    exit_status = int(exits.group(1)) if exits else 0
    typed = RECORDS / f"{name}.in"
    typed = typed.read_bytes() if typed.exists() else b""
    python = [sys.executable, original]
    backends = (backend,)
    if re.search(r"^# needs: sockets$", text, re.MULTILINE):
        backends = server_backends() if backend == "sim" else backends
    else:
        python.insert(1, VIRTUAL_TIME)
    needs = re.search(r"^# needs: 3\.(\d+)$", text, re.MULTILINE)
    if needs and sys.version_info < (3, int(needs.group(1))):
        expected = (RECORDS / f"{name}.txt").read_text()
    else:
        expected = run(python, "auto", exit_status, typed)
    if "[exit status " in expected:
        return f"{original.name} itself failed:\n{expected}"
    program = [binary_of(build_dir, name)]
    found = []
    for one in backends:
        for _ in range(1 if one == "sim" else REAL_TIME_RUNS):
            problem = differences(expected, run(program, one, exit_status, typed), name)
            if not problem:
                break
        found.append(problem)
    return "\n".join(filter(None, found))


def normalised(output):
    """Leaves the ports out, and the family that one half may lack: localhost may have only one."""
    lines = [line for line in output.splitlines() if "Server running on ('::1'" not in line]
    return re.sub(r"(Server running on .*, )\d+\)", r"\1PORT)", "\n".join(lines))


def converse(command):
    """Has every conversation with a server. Returns a transcript, and what the server printed."""
    server = http_exchange.Server(command, environment("auto"))
    try:
        transcript = []
        for title, talk in http_exchange.conversations.items():
            try:
                with server.connect() as client:
                    answer = talk(client).decode("latin-1")
            except (OSError, http_exchange.Failure) as error:
                answer = f"{type(error).__name__}: {error}"
            transcript += [f"== {title}", *answer.split("\r\n")]
        server.settle()
        output, errors, status = server.stop()
    finally:
        server.kill()
    return "\n".join(transcript), f"{normalised(output)}\n{errors}[exit status {status}]"


def mishandle(command):
    """Resets and abandons connections. Returns what went wrong, or ""."""
    server = http_exchange.Server([*command, "--quiet"], environment("auto"))
    try:
        for host in server.addresses:
            with server.connect(host) as client:
                client.sendall(http_exchange.GET % 1)
                http_exchange.receive(client, 1)
        before = server.descriptors()
        http_exchange.hostile_clients(server)
        with server.connect() as client:
            client.sendall(http_exchange.GET % 1)
            http_exchange.receive(client, 1)
        deadline = time.monotonic() + http_exchange.LIMIT_SECONDS
        while server.descriptors() > before and time.monotonic() < deadline:
            time.sleep(0.02)
        after = server.descriptors()
        output, errors, status = server.stop()
    finally:
        server.kill()
    problems = []
    if after > before:
        problems.append(f"{after - before} descriptors stayed open")
    if errors or status != 0:
        problems.append(f"exit status {status}, errors:\n{errors}")
    if not output.endswith("Server stopped\n"):
        problems.append(f"it did not stop in order: {output!r}")
    return "\n".join(problems)


def compare_server(build_dir):
    python = [sys.executable, LOCAL_NAMES, EXAMPLES / f"{SERVER}.py", "0"]
    program = [binary_of(build_dir, SERVER), "0"]
    expected_answers, expected_output = converse(python)
    found = []
    for backend in server_backends():
        command = [*program, "--backend", backend]
        answers, output = converse(command)
        found.append(differences(expected_answers, answers, f"answers on {backend}"))
        found.append(differences(expected_output, output, f"output on {backend}"))
        problem = mishandle(command)
        if problem:
            found.append(f"hostile clients on {backend}: {problem}")
    return "\n".join(filter(None, found))


def compare(name, build_dir, backend):
    if not (EXAMPLES / f"{name}.py").exists():
        return f"examples/{name}.py is missing"
    try:
        if name == SERVER:
            return compare_server(build_dir)
        return compare_program(name, build_dir, backend)
    except (OSError, subprocess.TimeoutExpired, http_exchange.Failure) as error:
        return f"{type(error).__name__}: {error}"


def main():
    parser = argparse.ArgumentParser(description="Compares examples with their Python originals.")
    parser.add_argument("--build-dir", type=pathlib.Path, help="where the examples were built")
    parser.add_argument("--backend", default="sim", help="of all but the server; default: sim")
    parser.add_argument("--leave-out", default="", metavar="NAME,...", help="not these")
    parser.add_argument("--list", action="store_true", help="name the examples and do nothing")
    parser.add_argument("names", nargs="*", help="default: all")
    options = parser.parse_args()
    if options.build_dir is not None:
        options.build_dir = options.build_dir.resolve()

    names = sorted(path.stem for path in EXAMPLES.glob("*.c"))
    names = [name for name in names if name not in options.leave_out.split(",")]
    if options.names:
        wanted = tuple(options.names)
        prefixes = tuple(f"{name}_" for name in wanted)
        names = [name for name in names if name in wanted or name.startswith(prefixes)]
    if options.list:
        print("\n".join(names))
        return 0
    if options.build_dir is None or not names:
        parser.error("--build-dir is needed" if names else "no such example")
    # A shell has its background jobs ignore Ctrl-C, and so their children.
    signal.signal(signal.SIGINT, signal.default_int_handler)

    for name in list(names):
        reason = left_out(name, options.build_dir)
        if reason:
            names.remove(name)
            print(f"skipped: {name} was built without {reason}")

    workers = (os.cpu_count() or 1) if options.backend == "sim" else len(names) or 1
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        results = list(pool.map(
            lambda name: compare(name, options.build_dir, options.backend), names))
    for name, problem in zip(names, results):
        print(f"{'FAIL' if problem else 'ok  '} {name}")
        if problem:
            print(problem)
    failures = sum(map(bool, results))
    print(f"{len(names) - failures} of {len(names)} examples print what their originals print")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
