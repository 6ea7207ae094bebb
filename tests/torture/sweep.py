#!/usr/bin/env python3
"""tests/torture/sweep.py --build-dir BUILD [--limit N] [--seconds N] [--seed N] [NAME...]

Runs the programs of a torture build again and again, each time with one fault: an allocation that
fails, a task that is cancelled as it suspends or as it is woken, the order of I/O shuffled by a
seed. The programs are the scenarios of tests/oracle, the examples that end by themselves, and each
single test of the harness. A fault changes what a program prints, and which checks hold: that is
nothing to report. What may never happen is a crash, a report of a sanitizer, a failed assertion or
a hang, and a test that reaches its end may have left nothing behind.

Scenarios and examples are written for runs without faults: one that leaves early may give pointers
to its own frames away. Where the innermost frame is the program's, or an assertion of its own
fails, the fault is the program's and only counted. Where a program hands such a pointer to a
function of the library, tests/torture/accepted.txt names the program, its function and ours. A test
on a backend of the kernel may wait for ever for what the fault has prevented; on virtual time the
library finds that out, and so a hang is a fault there.

Without --limit every point is tried; with it at most N of each program and kind, chosen by the
seed, and with --seconds no program is begun after that time, their order being the seed's. The last
lines tell what was done; each fault comes with the command that shows it.
"""
import argparse
import concurrent.futures
import os
import random
import re
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KINDS = {"alloc": "OURO_TORTURE_ALLOC", "cancel": "OURO_TORTURE_CANCEL",
         "wake": "OURO_TORTURE_WAKE", "shuffle": "OURO_TORTURE_SHUFFLE"}
SHUFFLES = 20  # seeds of a full sweep
SANITIZER = 99  # the exit status that the sanitizers are told to use
BROKEN = {SANITIZER: "sanitizer", 3: "crashed, hung or left something behind"}
SECONDS = 60  # for a run without a fault; one with a fault may take ten times what that took,
LEAST = 3, 10  # or so long, on a backend of the kernel and on virtual time

# The layers below the loop have no tasks, and their tests make every allocation fail themselves.
NOT_SWEPT = ("base_", "coro", "stack", "overflow", "io_")


# What the library says of a function that leaves a scope open, and what a sanitizer of the
# program's own arithmetic.
LEFT_OPEN = "every scope must be left before its function returns"
UNDEFINED = re.compile(r"^\s*\S*/(tests|examples)/\S+: runtime error: ", re.MULTILINE)
FRAME = re.compile(r"#\d+ 0x\w+ in (\w+) (\S+?):\d+")


def read_accepted():
    path = ROOT / "tests" / "torture" / "accepted.txt"
    lines = path.read_text().splitlines()
    return {tuple(line.split()) for line in lines if line.strip() and not line.startswith("#")}


class Program:
    """Something to run: a name, the command, and what its environment must be."""

    def __init__(self, name, command, **environment):
        self.name = name
        self.command = [str(word) for word in command]
        self.environment = environment
        self.points = {}
        self.seconds = SECONDS
        self.on_virtual_time = environment.get("OURO_BACKEND") == "sim" or name.endswith(":sim")

    def start(self, scratch, seconds, **environment):
        """Runs it once. Returns the lines of the report and the exit status; None: it hung."""
        with tempfile.NamedTemporaryFile(dir=scratch, mode="r") as report:
            settings = {**os.environ, **base_environment(), **self.environment, **environment}
            settings["OURO_TORTURE_REPORT"] = report.name
            try:
                done = subprocess.run(self.command, env=settings, timeout=seconds, check=False,
                                      stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                      stderr=subprocess.DEVNULL)
            except subprocess.TimeoutExpired:
                return [], None
            return report.read().splitlines(), done.returncode

    def count(self, scratch):
        """Finds out how many points there are of each kind. Returns false if it cannot be swept."""
        begin = time.monotonic()
        lines, status = self.start(scratch, SECONDS)
        least = LEAST[self.on_virtual_time]
        self.seconds = int(max(least, 10 * (time.monotonic() - begin)))
        counts = [line.split()[1:] for line in lines if line.startswith("counts")]
        if status not in (0, 1, 130) or not counts:
            return False
        # A test of the harness reports twice: the process of the test first, then the runner's.
        largest = [max(map(int, column)) for column in zip(*counts)]
        self.points = dict(zip(("alloc", "cancel", "wake"), largest))
        self.points["shuffle"] = SHUFFLES
        return True

    def blame(self, kind, number):
        """Tells whose fault a fault is, by a run that shows it: "program" if it is the program's
        own, else the line that accepted.txt would have."""
        settings = {**os.environ, **base_environment(), **self.environment}
        settings[KINDS[kind]] = str(number)
        try:
            done = subprocess.run(self.command, env=settings, timeout=self.seconds, check=False,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT)
        except subprocess.TimeoutExpired:
            return (self.name, "hangs")
        text = done.stdout.decode(errors="replace")
        trace = text.partition("ERROR: ")[2].partition("\n\n")[0]
        frames = [(function, "/src/" in path) for function, path in FRAME.findall(trace)
                  if "/src/" in path or "/tests/" in path or "/examples/" in path]
        if ": timed out after" in text and not self.on_virtual_time:
            return "program"
        if "Assertion `" in text or LEFT_OPEN in text or UNDEFINED.search(text):
            return "program"
        if frames and not frames[0][1]:
            return "program"
        for (inner, _), (outer, ours) in zip(frames, frames[1:]):
            if not ours:
                return (self.name, outer, inner)
        return (self.name, frames[0][0] if frames else "unknown")

    def shown(self, kind, number):
        words = [f"{name}={value}" for name, value in self.environment.items()]
        words += [f"{KINDS[kind]}={number}"] + self.command
        return " ".join(map(shlex.quote, words))


def base_environment():
    """The environment of every run. Where a fault makes a program leave early it does not free what
    it holds, which is no fault of the library: leaks are counted by the harness."""
    return {
        "ASAN_OPTIONS": f"detect_leaks=0:exitcode={SANITIZER}",
        "UBSAN_OPTIONS": f"exitcode={SANITIZER}:print_stacktrace=1",
    }


def executables(folder):
    return sorted(path for path in folder.glob("*") if path.is_file() and os.access(path, os.X_OK))


def backend_for(original):
    """Virtual time for all but what says that it needs sockets."""
    uses_sockets = original.exists() and "\n# needs: sockets\n" in original.read_text()
    return "epoll" if uses_sockets else "sim"


def find_programs(build):
    for path in executables(build / "tests" / "oracle"):
        original = ROOT / "tests" / "oracle" / f"{path.name}.py"
        yield Program(f"oracle/{path.name}", [path], OURO_BACKEND=backend_for(original))
    for path in executables(build / "examples"):
        original = ROOT / "examples" / f"{path.name}.py"
        yield Program(f"examples/{path.name}", [path], OURO_BACKEND=backend_for(original))
    for path in executables(build / "tests"):
        name = path.name[: -len("_test")] if path.name.endswith("_test") else None
        if name is None or name.startswith(NOT_SWEPT):
            continue
        listed = subprocess.run([path, "--list"], capture_output=True, text=True, check=True)
        for title in listed.stdout.split():
            yield Program(f"{name}/{title}", [path, "--exact", title])


def sweep(program, kind, options, accepted, scratch):
    """Returns the number of runs, the faults (a point, what happened there, who is to blame), and
    how many are the program's own."""
    points = program.points[kind]
    step = max(1, -(-points // options.limit)) if options.limit else 1
    first = 1 + random.Random(f"{options.seed} {program.name} {kind}").randrange(step)
    if first > points:
        return 0, [], 0
    lines, _ = program.start(
        scratch, None, OURO_TORTURE_SWEEP=KINDS[kind], OURO_TORTURE_FIRST=str(first),
        OURO_TORTURE_LAST=str(points), OURO_TORTURE_STEP=str(step),
        OURO_TORTURE_SECONDS=str(program.seconds))
    faults = []
    waited = 0
    for line in lines:
        _, number, end, status = line.split()
        if end == "hang" and not program.on_virtual_time:
            waited += 1
        elif end == "hang":
            faults.append((int(number), f"no end after {program.seconds} s"))
        elif end == "signal":
            faults.append((int(number), f"killed by signal {status}"))
        elif int(status) in BROKEN:
            faults.append((int(number), BROKEN[int(status)]))
    worse = []
    for number, what in faults:
        who = program.blame(kind, number)
        if who != "program" and who not in accepted:
            worse.append((number, what, who))
    return len(lines), worse, len(faults) - len(worse) + waited


def sweep_program(program, kinds, options, accepted, scratch):
    """Returns what `sweep` returns for each kind; None if the time is over, {} if it cannot be."""
    if time.monotonic() > options.deadline:
        return None
    if not program.count(scratch):
        return {}
    return {kind: sweep(program, kind, options, accepted, scratch) for kind in kinds
            if program.points[kind]}


def show(program, kind, faults, most):
    for number, what, who in faults[:most]:
        print(f"{program.name}: {kind} {number}: {what}\n    {program.shown(kind, number)}\n"
              f"    would be accepted as: {' '.join(who)}")
    if len(faults) > most:
        print(f"{program.name}: {kind}: {len(faults) - most} more")
    sys.stdout.flush()


def sweep_all(programs, options, scratch):
    """Sweeps, and prints the faults and the summary. Returns the number of faults."""
    accepted = read_accepted()
    kinds = options.kind or list(KINDS)
    runs = dict.fromkeys(kinds, 0)
    found = dict.fromkeys(kinds, 0)
    swept = own = 0
    unfit = []
    with concurrent.futures.ThreadPoolExecutor(max_workers=options.jobs) as pool:
        futures = {pool.submit(sweep_program, program, kinds, options, accepted, scratch): program
                   for program in programs}
        for future in concurrent.futures.as_completed(futures):
            program = futures[future]
            results = future.result()
            if results is None:
                continue
            swept += 1
            if not results:
                unfit.append(program.name)
            for kind, (count, faults, forgiven) in results.items():
                runs[kind] += count
                found[kind] += len(faults)
                own += forgiven
                show(program, kind, faults, options.show)
            if sys.stderr.isatty():
                print(f"\r{swept} of {len(programs)} ", end="", file=sys.stderr, flush=True)
    if unfit:
        print(f"not swept, because they cannot run here or do not end: {' '.join(sorted(unfit))}")
    for kind in kinds:
        print(f"torture: {kind:8} {runs[kind]:7} runs, {found[kind]} faults")
    print(f"torture: {own} runs were ended by a mistake of the program's own")
    print(f"torture: {swept - len(unfit)} of {len(programs)} programs, "
          f"{sum(found.values())} faults")
    return sum(found.values())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build-dir", type=Path, required=True)
    parser.add_argument("--limit", type=int, help="points of each program and kind; default: all")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="begin none after that")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", choices=KINDS, action="append")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--show", type=int, default=3, help="faults of a program that are shown")
    parser.add_argument("names", nargs="*", metavar="NAME", help="beginnings of names")
    options = parser.parse_args()

    programs = [program for program in find_programs(options.build_dir.resolve())
                if not options.names or program.name.startswith(tuple(options.names))]
    if not programs:
        parser.error("there is nothing to run: is this the folder of a build?")
    random.Random(options.seed).shuffle(programs)
    options.deadline = time.monotonic() + options.seconds
    with tempfile.TemporaryDirectory() as scratch:
        os.chdir(scratch)  # for what the programs write
        return 1 if sweep_all(programs, options, scratch) else 0


if __name__ == "__main__":
    sys.exit(main())
