"""Turns the runs of a case into rows, and rows into tables."""

import os
import platform


def reference_median(case, metric, results):
    """The best of the limits that ran, or None."""
    if not metric.compared:
        return None
    medians = [result.median(metric.key) for result in results
               if result.peer.name in case.references and metric.key in result.runs]
    if not medians:
        return None
    return min(medians) if metric.lower_is_better else max(medians)


def ratio_to_limit(metric, median, reference):
    """Above 1 is worse than the limit, whatever the figure's direction."""
    if reference is None or reference == 0 or median == 0:
        return None
    return median / reference if metric.lower_is_better else reference / median


def rows_of(case, results):
    rows = []
    for metric in case.metrics:
        reference = reference_median(case, metric, results)
        for result in results:
            values = result.runs.get(metric.key)
            if not values:
                continue
            median = result.median(metric.key)
            ratio = ratio_to_limit(metric, median, reference)
            rows.append({
                "workload": case.workload, "case": case.name, "metric": metric.name,
                "unit": metric.unit, "peer": result.peer.name, "median": median,
                "min": min(values), "max": max(values), "runs": len(values),
                "ratio_to_limit": round(ratio, 4) if ratio is not None else None,
            })
    return rows


def number(value):
    if abs(value) >= 999.5:
        return f"{value:,.0f}"
    if abs(value) >= 100:
        return f"{value:.0f}"
    if abs(value) >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}"


def bounding_ratio(metric, peer, row, rows):
    """The ratio to the limit that bounds this peer, and the limit's name."""
    for other in rows:
        if other["peer"] == peer.reference:
            return ratio_to_limit(metric, row["median"], other["median"]), other["peer"]
    return row["ratio_to_limit"], "limit"


def who_is_better(metric, row, rows):
    """The peers, neither ours nor limits, with a better figure than this one."""
    return [other["peer"] for other in rows
            if not other["peer"].startswith(("ouro", "limit"))
            and (ratio_to_limit(metric, row["median"], other["median"]) or 0) > 1]


def verdict(metric, peer, row, rows):
    """What our own figure should be, and whether it is; `rows` are those of the metric."""
    if not peer.ours or metric.target_peer not in (None, peer.name):
        return ""
    verdicts = []
    if metric.target is not None:
        met = row["median"] <= metric.target
        verdicts.append(f"at most {number(metric.target)} {metric.unit}: "
                        f"{'met' if met else 'MISSED'}")
    if metric.target_ratio is not None:
        ratio, limit = bounding_ratio(metric, peer, row, rows)
        if ratio is not None:
            verdicts.append(f"at most {metric.target_ratio:g} x {limit}: "
                            f"{'met' if ratio <= metric.target_ratio else 'MISSED'}")
    if metric.ahead:
        better = who_is_better(metric, row, rows)
        verdicts.append(f"ahead of {', '.join(better)}: MISSED" if better
                        else "ahead of the peers: met")
    return "; ".join(verdicts)


def table(header, lines):
    widths = [max(len(line[i]) for line in [header, *lines]) for i in range(len(header))]
    def draw(line):
        cells = [line[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(line[1:-1], widths[1:-1])]
        return "  ".join([*cells, line[-1]]).rstrip()
    return "\n".join([draw(header), "  ".join("-" * width for width in widths),
                      *[draw(line) for line in lines]])


def print_case(case, results, rows):
    print(f"\n## {case.title}")
    peers = {result.peer.name: result.peer for result in results}
    for metric in case.metrics:
        lines = []
        of_metric = [row for row in rows if row["metric"] == metric.name]
        for row in of_metric:
            ratio = row["ratio_to_limit"]
            lines.append([row["peer"], number(row["median"]),
                          f"({number(row['min'])} - {number(row['max'])})",
                          f"{ratio:.2f}" if ratio is not None else "-",
                          verdict(metric, peers[row["peer"]], row, of_metric)])
        if lines:
            print()
            print(table([f"{metric.name}, {metric.unit}", "median", "(min - max)", "x limit", ""],
                        lines))
    for result in results:
        if result.failure is not None:
            print(f"{result.peer.name} fails: {result.failure}")


def machine(versions, cpus, congestion):
    model, memory_mib = platform.machine(), None
    with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
        for line in file:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    with open("/proc/meminfo", encoding="ascii") as file:
        memory_mib = int(file.readline().split()[1]) // 1024
    return {
        "cpu": model, "cpus": os.cpu_count(), "architecture": platform.machine(),
        "kernel": platform.release(), "memory_mib": memory_mib,
        "measured_cpu": cpus[0], "load_cpu": cpus[1], "congestion_control": congestion,
        "versions": versions,
    }
