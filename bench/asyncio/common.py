"""What the asyncio bench programs share; the same numbers as common/bench.h."""

import sys

MASK = (1 << 64) - 1


def argument(index, fallback):
    return int(sys.argv[index]) if index < len(sys.argv) else fallback


def sleep_seconds(number):
    """bench_sleep_ms"""
    number = (number + 0x9E3779B97F4A7C15) & MASK
    number = ((number ^ (number >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    number = ((number ^ (number >> 27)) * 0x94D049BB133111EB) & MASK
    return ((number ^ (number >> 31)) % 1001) / 1000


def next_timeout_seconds(state):
    """bench_next_timeout_ms; returns the new state and the delay."""
    state = (state * 6364136223846793005 + 1442695040888963407) & MASK
    return state, (1 + (((state >> 33) * 1000) >> 31)) / 1000


def status_bytes(name):
    """bench_status_bytes"""
    with open("/proc/self/status", encoding="ascii") as file:
        for line in file:
            if line.startswith(name + ":"):
                return int(line.split()[1]) * 1024
    raise SystemExit(f"/proc/self/status has no {name}")
