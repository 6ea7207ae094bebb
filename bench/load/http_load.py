"""The load generator of W7: wrk with one thread, twice for 1 s, of which the second counts.

Usage: http_load.py PORT CONNECTIONS SERVER_PID. Prints cpu_us (the server's CPU time for a request)
and requests_per_s. An answer that is no success, or a connection that breaks, fails the run.
"""

import re
import resource
import subprocess
import sys
from pathlib import Path


def server_cpu_ns(pid):
    """The scheduler's run time of all threads."""
    total = 0
    for path in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        try:
            total += int(path.read_text(encoding="ascii").split()[0])
        except OSError:
            pass  # the thread has ended since
    return total


def wrk(port, connections, seconds):
    try:
        result = subprocess.run(
            ["wrk", "-t1", f"-c{connections}", f"-d{seconds}", f"http://127.0.0.1:{port}/"],
            capture_output=True, text=True)
    except FileNotFoundError:
        sys.exit("wrk is not installed")
    if result.returncode != 0:
        sys.exit(f"wrk: {(result.stderr or result.stdout).strip().splitlines()[-1]}")
    for complaint in ("Socket errors", "Non-2xx"):
        found = re.search(f"{complaint}.*", result.stdout)
        if found:
            sys.exit(f"wrk: {found.group()}")
    return result.stdout


def main():
    port, connections, pid = (int(text) for text in sys.argv[1:4])
    most_files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most_files, most_files))
    wrk(port, connections, "1s")
    before = server_cpu_ns(pid)
    output = wrk(port, connections, "1s")
    used = server_cpu_ns(pid) - before
    requests = int(re.search(r"(\d+) requests in", output).group(1))
    rate = float(re.search(r"Requests/sec:\s*([\d.]+)", output).group(1))
    if requests == 0:
        sys.exit("no request was answered")
    print(f"cpu_us={used / 1e3 / requests:.4f} requests_per_s={rate:.0f}")


main()
