"""Instructions for each operation, counted by valgrind: a figure that no noisy machine can blur.

Each program runs twice with different numbers of steps; the difference, divided by the difference
of the operations, leaves out what starting costs.
"""

import os
import re
import shutil
import subprocess

from harness import workloads
from harness.build import BuildError

STEPS = (40000, 140000)
PEERS = ("limit", "ouro", "libuv")


def count(command):
    environment = dict(os.environ, OURO_BACKEND="epoll")
    result = subprocess.run(
        ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null",
         *command], capture_output=True, text=True, env=environment, timeout=300)
    match = re.search(r"I\s+refs:\s+([\d,]+)", result.stderr)
    if result.returncode != 0 or match is None:
        lines = [line for line in result.stderr.splitlines() if line.strip()]
        raise BuildError(lines[-1][:160] if lines else "valgrind failed")
    return int(match.group(1).replace(",", ""))


def per_operation(case, command):
    totals = [count([*command, *case.arguments[:-1], str(steps)]) for steps in STEPS]
    return (totals[1] - totals[0]) / ((STEPS[1] - STEPS[0]) * case.operations)


def rows(builder, selected):
    """Rows like those of the times, with the unit "instructions"; failures beside them."""
    if shutil.which("valgrind") is None:
        return [], ["valgrind is not installed: no instructions are counted"]
    found, failures = [], []
    for case in workloads.CASES:
        if not case.operations or not selected(case.workload):
            continue
        reference = None
        for peer in workloads.PEERS:
            if peer.name not in PEERS or not builder.source(peer, case.program).exists():
                continue
            try:
                value = per_operation(case, builder.command(peer, case.program))
            except (BuildError, subprocess.TimeoutExpired) as error:
                failures.append(f"{case.title}: {peer.name} fails: {error}")
                continue
            reference = value if peer.name == "limit" else reference
            found.append({
                "workload": case.workload, "case": case.name, "metric": "instructions",
                "unit": "1/operation", "peer": peer.name, "median": value, "min": value,
                "max": value, "runs": 1,
                "ratio_to_limit": round(value / reference, 4) if reference else None,
            })
    return found, failures
