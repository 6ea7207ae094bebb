#!/usr/bin/env python3
"""Compares the traces of the scenarios in C with those of CPython's asyncio.

    compare.py --build-dir DIR [--python PATH] [NAME...]   compares; status 1 if a trace differs
    compare.py --build-dir DIR --recorded [NAME...]        the same without any Python
    compare.py --record [--python PATH] [NAME...]          rewrites the traces

A scenario is a pair NAME.py and NAME.c in this folder; the C program is DIR/tests/oracle/NAME. Its
trace is held against the recorded one, traces/NAME.txt, and against a live run of the newest
python3 that is installed. A scenario whose Python half says "# needs: 3.12" is compared with the
record only where the interpreter is older; one that says "# needs: sockets" runs in real time, and
its C half on each backend that this machine has, with the same trace.
"""

import argparse
import concurrent.futures
import difflib
import functools
import os
import pathlib
import re
import shutil
import subprocess
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
TRACES = FOLDER / "traces"
MODULES = {
    "barrier_scenario",
    "compare",
    "queue_scenario",
    "scenario",
    "sendfile_scenario",
    "socket_scenario",
    "stream_scenario",
    "transport_scenario",
    "virtual_time",
}
OLDEST = (3, 11)
NEWEST_TRIED = 30
SECONDS = 60


def version_of(python):
    """The version of an interpreter as a tuple; None if it does not run."""
    code = "import sys; print(*sys.version_info[:3])"
    try:
        output = subprocess.run(
            [python, "-c", code], capture_output=True, text=True, timeout=SECONDS, check=True
        ).stdout
        return tuple(int(number) for number in output.split())
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def pyenv_pythons():
    """The interpreters that pyenv keeps, whichever of them is chosen in this folder."""
    try:
        root = subprocess.run(
            ["pyenv", "root"], capture_output=True, text=True, timeout=SECONDS, check=True
        ).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return []
    return [str(path) for path in pathlib.Path(root).glob("versions/3.*/bin/python3")]


def find_python(path):
    """Returns the newest interpreter to compare with and its version; None if none is new enough.
    """
    names = [path] if path else [f"python3.{minor}" for minor in range(NEWEST_TRIED, 10, -1)]
    if not path:
        names += ["python3", sys.executable, *pyenv_pythons()]
    found = [(version_of(python), python) for python in map(shutil.which, names) if python]
    found = [(version, python) for version, python in found if version and version[:2] >= OLDEST]
    version, python = max(found, default=(None, None))
    return python, version


def dotted(version):
    return ".".join(map(str, version))


def needed_version(name):
    match = re.search(r"^# needs: (\d+)\.(\d+)", (FOLDER / f"{name}.py").read_text(), re.MULTILINE)
    return (int(match[1]), int(match[2])) if match else OLDEST


def execute(command, **environment):
    """Runs a program. Returns its trace, and what there is to say if it did not end well."""
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=SECONDS,
            env={**os.environ, **environment},
        )
    except subprocess.TimeoutExpired as error:
        output = error.stdout or b""
        return output.decode(errors="replace"), f"no end after {SECONDS} s"
    except OSError as error:
        return "", str(error)
    if done.returncode != 0:
        return done.stdout, f"status {done.returncode}\n{done.stderr}"
    return done.stdout, ""


def run_python(python, name):
    return execute([python, str(FOLDER / f"{name}.py")], PYTHONDONTWRITEBYTECODE="1")


@functools.cache
def kernel_backends():
    """The backends that can be had here."""
    question = [FOLDER.parent.parent / "tools" / "have-uring"]
    has_uring = subprocess.run(question, capture_output=True, check=False)
    return ("epoll", "uring") if has_uring.returncode == 0 else ("epoll",)


def backends_for(name):
    text = (FOLDER / f"{name}.py").read_text()
    return kernel_backends() if re.search("^# needs: sockets", text, re.MULTILINE) else ("sim",)


def run_c(build_dir, name, backend):
    return execute([str(build_dir / "tests" / "oracle" / name)], OURO_BACKEND=backend)


def run_c_everywhere(build_dir, name):
    """Returns the trace, and what is wrong; traces that differ between backends are."""
    first, *others = backends_for(name)
    trace, problem = run_c(build_dir, name, first)
    problems = [f"the C program: {problem}"] if problem else []
    for backend in others:
        other, problem = run_c(build_dir, name, backend)
        if problem:
            problems.append(f"the C program on {backend}: {problem}")
        if other != trace:
            problems.append(difference(trace, other, f"{name} on {first}", f"on {backend}"))
    return trace, problems


def recorded(name):
    """The recorded trace without the line that names the interpreter; None if there is none."""
    try:
        return (TRACES / f"{name}.txt").read_text().partition("\n")[2]
    except FileNotFoundError:
        return None


def record(names, python, version):
    TRACES.mkdir(exist_ok=True)
    failures = 0
    for name in names:
        trace, problem = run_python(python, name)
        if problem or needed_version(name) > version:
            print(f"{name}: not recorded: {problem or 'needs a newer Python'}")
            failures += 1
            continue
        (TRACES / f"{name}.txt").write_text(f"# CPython {dotted(version)}\n{trace}")
    print(f"{len(names) - failures} traces recorded with CPython {dotted(version)}")
    return 1 if failures else 0


def difference(expected, actual, expected_name, actual_name):
    lines = difflib.unified_diff(
        expected.splitlines(), actual.splitlines(), expected_name, actual_name, lineterm="", n=8
    )
    return "\n".join(lines)


def compare(name, build_dir, python, version):
    """Returns a list of what is wrong with the pair, and whether the live run was possible."""
    trace, problems = run_c_everywhere(build_dir, name)
    record_ = recorded(name)
    if record_ is None:
        problems.append("there is no recorded trace: run compare.py --record")
    elif record_ != trace:
        problems.append(difference(record_, trace, f"traces/{name}.txt", f"{name} (C)"))
    if python is None or version < needed_version(name):
        return problems, False
    live, problem = run_python(python, name)
    if problem:
        problems.append(f"{name}.py: {problem}")
    elif live != trace and live != record_:
        problems.append(difference(live, trace, f"CPython {dotted(version)}", f"{name} (C)"))
    return problems, True


def compare_all(names, build_dir, python, version):
    failed = []
    not_live = []
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        results = pool.map(lambda name: compare(name, build_dir, python, version), names)
        for name, (problems, live) in zip(names, results):
            if problems:
                failed.append(name)
                print(f"{name}: differs")
                print("\n".join(problems))
            if not live:
                not_live.append(name)
    if python is None:
        print("no live Python: compared with the recorded traces only")
    elif not_live:
        print(f"need a newer Python than {dotted(version)}, compared with the record only:")
        print("    " + ", ".join(not_live))
    against = f"CPython {dotted(version)}" if python else "the record"
    print(f"{len(names) - len(failed)} pairs agree with {against}, {len(failed)} differ")
    if failed:
        print("    " + ", ".join(failed))
    return 1 if failed else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build-dir", type=pathlib.Path, help="where the C programs were built")
    parser.add_argument("--python", help="the interpreter; default: the newest one that is found")
    parser.add_argument("--record", action="store_true", help="rewrite the recorded traces")
    parser.add_argument("--recorded", action="store_true", help="run no Python at all")
    parser.add_argument("--leave-out", default="", metavar="NAME,...", help="not these")
    parser.add_argument("names", nargs="*", metavar="NAME", help="scenarios; default: all")
    options = parser.parse_args()

    scripts = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem not in MODULES)
    unknown = sorted(set(options.names) - set(scripts))
    if unknown:
        parser.error(f"no such scenario: {', '.join(unknown)}")
    left_out = options.leave_out.split(",")
    names = options.names or [name for name in scripts if name not in left_out]
    python, version = (None, None) if options.recorded else find_python(options.python)
    if options.record:
        if python is None:
            parser.error("no Python 3.11 or later was found to record with")
        return record(names, python, version)
    if options.build_dir is None:
        parser.error("--build-dir or --record is needed")
    if options.python and python is None:
        parser.error(f"{options.python} does not run, or is older than {dotted(OLDEST)}")
    return compare_all(names, options.build_dir, python, version)


if __name__ == "__main__":
    sys.exit(main())
