"""Runs the programs: interleaved, pinned, each run in a new process.

One round runs every peer once, and the order rotates from round to round, so that a slow phase of
a shared machine does not fall on one peer alone.
"""

import contextlib
import os
import resource
import select
import signal
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field

RUN_SECONDS_MAX = 180
DESCRIPTORS_WANTED = 65536


class RunError(Exception):
    """Carries the reason in one line."""


@dataclass
class Result:
    """All runs of one peer in one case."""
    peer: object
    runs: dict = field(default_factory=dict)  # key -> values
    failure: str = None

    def add(self, figures):
        for key, value in figures.items():
            self.runs.setdefault(key, []).append(value)

    def median(self, key):
        return statistics.median(self.runs[key])


def available_cpus():
    """The CPU for what is measured, and the one for the load generator."""
    cpus = sorted(os.sched_getaffinity(0))
    return cpus[0], cpus[1] if len(cpus) > 1 else cpus[0]


def memory_available_mib():
    with open("/proc/meminfo", encoding="ascii") as file:
        for line in file:
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) // 1024
    return 0


def allow_descriptors(wanted=DESCRIPTORS_WANTED):
    """Raises the limit on open descriptors, of this process and of those that it starts, where it
    is lower and the system lets us."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard != resource.RLIM_INFINITY and hard < wanted:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, wanted))


def pinned(cpu):
    return lambda: os.sched_setaffinity(0, {cpu})


def parse_figures(text):
    figures = {}
    for word in text.split():
        key, separator, value = word.partition("=")
        if separator:
            figures[key] = float(value)
    if "rss_bytes" in figures:
        figures["sum_bytes"] = figures["rss_bytes"] + figures.get("pte_bytes", 0.0)
    return figures


def last_line(text, fallback):
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:160] if lines else fallback


def run_program(command, environment, cpu):
    try:
        result = subprocess.run(command, env=environment, preexec_fn=pinned(cpu), text=True,
                                capture_output=True, timeout=RUN_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        raise RunError(f"no end after {RUN_SECONDS_MAX} s") from None
    if result.returncode != 0:
        reason = f"exit status {result.returncode}"
        if result.returncode < 0:
            reason = f"killed by {signal.Signals(-result.returncode).name}"
        raise RunError(last_line(result.stderr, reason))
    figures = parse_figures(result.stdout)
    if not figures:
        raise RunError("printed no figure")
    return figures


class Server:
    """A server program that has announced its port; killed at the end of the block."""

    def __init__(self, command, environment, cpu):
        self.process = subprocess.Popen(command, env=environment, preexec_fn=pinned(cpu),
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def __enter__(self):
        ready, _, _ = select.select([self.process.stdout], [], [], 10)
        line = self.process.stdout.readline() if ready else ""
        if not line.startswith("port="):
            self.process.kill()
            reason = last_line(self.process.communicate()[1], "the server announced no port")
            raise RunError(reason)
        self.port = int(line[5:])
        return self

    def __exit__(self, kind, value, trace):
        died = self.process.poll() is not None
        self.process.kill()
        _, errors = self.process.communicate()
        if died and (kind is None or kind is RunError):
            raise RunError(last_line(errors, "the server died")) from None


def run_server_case(command, environment, load_command, arguments, cpus):
    with Server(command, environment, cpus[0]) as server:
        load = [*load_command, str(server.port), *arguments, str(server.process.pid)]
        return run_program(load, dict(os.environ), cpus[1])


def arguments_for(case, peer, quick):
    arguments = list(case.quick_arguments if quick else case.arguments)
    if case.scaled and peer.slowness > 1:
        arguments[-1] = str(max(int(arguments[-1]) // peer.slowness, 10000))
    return arguments


def measure_case(case, participants, rounds, quick, load_command=None):
    """`participants` are pairs of a peer and its command. Returns a Result for each."""
    cpus = available_cpus()
    results = [Result(peer) for peer, _ in participants]
    entries = list(zip(results, [command for _, command in participants]))
    for number in range(rounds):
        turn = number % len(entries) if entries else 0
        for result, command in entries[turn:] + entries[:turn]:
            if result.failure is not None:
                continue
            arguments = arguments_for(case, result.peer, quick)
            environment = dict(os.environ, **result.peer.environment)
            try:
                if case.load is not None:
                    figures = run_server_case(command, environment, load_command, arguments, cpus)
                else:
                    figures = run_program([*command, *arguments], environment, cpus[0])
                result.add(figures)
            except RunError as error:
                result.failure = str(error)
        progress(f"{case.title}: round {number + 1} of {rounds}")
    progress("")
    return results


def progress(text):
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K{text}")
        sys.stderr.flush()
