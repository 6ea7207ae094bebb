#!/usr/bin/env python3
"""Compares random programs on Ouro with the same programs on asyncio.

    fuzz.py --build-dir DIR [-n N] [--seed SEED] [--jobs J]   random programs, and the corpus
    fuzz.py --build-dir DIR --show SEED                       one program, and both traces
    fuzz.py --build-dir DIR --corpus-only                     the corpus alone: needs no new Python
    fuzz.py --build-dir DIR --run FILE                        the same for a program in a file
    fuzz.py --record                                          record the corpus's traces anew

README.md tells how to read a disagreement. The last line says how many programs agreed.
"""

import argparse
import concurrent.futures
import gc
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

FOLDER = pathlib.Path(__file__).resolve().parent
CORPUS = FOLDER / "corpus"
sys.path[:0] = [str(FOLDER), str(FOLDER.parent / "oracle")]

from compare import dotted, find_python  # noqa: E402

NEEDED = (3, 13)
CHUNK = 1000
MESSAGE = re.compile(r"Cancelled\(m\d+\)")
SHRINK_MAX = 5
RECORDED = 300


def split_traces(output):
    """The traces in the output of the C interpreter: (complete traces, counts)."""
    traces = []
    counts = {}
    lines = []
    for line in output.split("\n"):
        if line.startswith("== "):
            lines = []
        elif line == "==":
            traces.append("\n".join(lines))
        elif line.startswith("#"):
            name, outcome, count = line[1:].split()
            counts[name, outcome] = int(count)
        else:
            lines.append(line)
    return traces, counts


def run_c(program, texts):
    """The traces of programs on Ouro, and the counts. A crash is the trace of its program."""
    traces = []
    counts = {}
    while len(traces) < len(texts):
        with tempfile.TemporaryFile("w+") as source:
            source.write("".join(texts[len(traces) :]))
            source.seek(0)
            done = subprocess.run(
                [str(program)],
                stdin=source,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                errors="replace",
            )
        complete, counted = split_traces(done.stdout)
        traces += complete
        for key, count in counted.items():
            counts[key] = counts.get(key, 0) + count
        if len(traces) < len(texts):
            report = "\n".join(done.stderr.splitlines()[:30])
            partial = done.stdout.rpartition("== ")[2].partition("\n")[2]
            traces.append(f"{partial}\ncrash: status {done.returncode}\n{report}")
        elif done.returncode != 0:  # a sanitizer's complaint at the end
            print(done.stderr, file=sys.stderr)
            traces[-1] += f"\nexit status {done.returncode}"
    return traces, counts


def agrees(expected, actual):
    """Are the traces the same? A task that ends cancelled gives the message of its cancel in
    asyncio to the first who reads its outcome, and in Ouro to all of them."""
    if expected == actual:
        return True
    one, two = expected.split("\n"), actual.split("\n")
    return len(one) == len(two) and all(
        left == right or left == MESSAGE.sub("Cancelled", right) for left, right in zip(one, two)
    )


def run_python(texts):
    import interpreter

    counts = {}
    gc.disable()
    traces = []
    for index, text in enumerate(texts):
        traces.append(interpreter.run(text, counts))
        if index % 100 == 99:
            gc.collect()
    return traces, counts


def compare_chunk(program, first, count):
    """Runs the programs of some seeds on both sides; returns the seeds that differ, and counts."""
    import generator

    texts = [generator.program(seed) for seed in range(first, first + count)]
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        c_side = pool.submit(run_c, program, texts)
        expected, python_counts = run_python(texts)
        actual, c_counts = c_side.result()
    different = [first + i for i in range(count) if not agrees(expected[i], actual[i])]
    return count, different, python_counts, c_counts


def merge(total, counts):
    for key, count in counts.items():
        total[key] = total.get(key, 0) + count


def print_coverage(python_counts, c_counts):
    """What was executed how often, and with which outcomes; what never was stands out."""
    import interpreter

    names = sorted(set(interpreter.OPERATIONS) | {name for name, _ in c_counts})
    print(f"{'operation':<18}{'Python':>10}{'C':>10}  outcomes (one count: the same on both sides)")
    for name in names:
        mine = {key[1]: count for key, count in python_counts.items() if key[0] == name}
        its = {key[1]: count for key, count in c_counts.items() if key[0] == name and count}
        outcomes = []
        for outcome in sorted(set(mine) | set(its), key=lambda key: -mine.get(key, 0)):
            one, two = mine.get(outcome, 0), its.get(outcome, 0)
            outcomes.append(f"{outcome} {one}" if one == two else f"{outcome} {one}/{two}")
        total, its_total = sum(mine.values()), sum(its.values())
        never = "" if total and its_total else "NEVER EXECUTED"
        print(f"{name:<18}{total:>10}{its_total:>10}  {never}{', '.join(outcomes)}")


def indented(text):
    """A program with its line numbers, laid out by its blocks."""
    import shrink

    lines = []
    depth = 0
    for number, line in enumerate(text.splitlines(), 1):
        word = line.split()[0]
        closes = word in ("end", "finally") or word.startswith("except_")
        depth -= closes
        lines.append(f"{number:>4}  {'    ' * depth}{line}")
        depth += shrink.is_block(word) or (closes and word != "end")
    return "\n".join(lines)


def side_by_side(expected, actual):
    """Both traces; the first line that differs is marked."""
    left, right = expected.split("\n"), actual.split("\n")
    lines = [f"   {'asyncio':<40} Ouro"]
    for index in range(max(len(left), len(right))):
        one = left[index] if index < len(left) else ""
        two = right[index] if index < len(right) else ""
        lines.append(f"{'   ' if one == two else '>> '}{one:<40} {two}")
    return "\n".join(lines)


def show(program, text):
    """Prints a program and both traces. Returns True if they agree."""
    (expected,), _ = run_python([text])
    (actual,), _ = run_c(program, [text])
    print(indented(text))
    print(side_by_side(expected, actual))
    return agrees(expected, actual)


def shrink_and_save(program, seed):
    import generator
    import shrink

    def differs(texts):
        expected, _ = run_python(texts)
        actual, _ = run_c(program, texts)
        return [not agrees(one, two) for one, two in zip(expected, actual)]

    text = shrink.shrink(generator.program(seed), differs)
    (expected,), _ = run_python([text])
    CORPUS.mkdir(exist_ok=True)
    (CORPUS / f"seed_{seed}.prog").write_text(text)
    (CORPUS / f"seed_{seed}.trace").write_text(expected + "\n")
    print(f"\nseed {seed} differs; shrunk, and kept as corpus/seed_{seed}.prog:")
    show(program, text)


def fuzz(options, program):
    import generator  # noqa: F401  (loaded once, before the workers are forked)
    import interpreter  # noqa: F401

    python_counts, c_counts = {}, {}
    different = []
    done = 0
    began = time.monotonic()
    chunks = [
        (first, min(CHUNK, options.seed + options.n - first))
        for first in range(options.seed, options.seed + options.n, CHUNK)
    ]
    with concurrent.futures.ProcessPoolExecutor(options.jobs) as pool:
        pending = [pool.submit(compare_chunk, program, *chunk) for chunk in chunks]
        for future in concurrent.futures.as_completed(pending):
            count, seeds, mine, its = future.result()
            done += count
            different += seeds
            merge(python_counts, mine)
            merge(c_counts, its)
            speed = done / (time.monotonic() - began)
            end = "\r" if sys.stdout.isatty() else "\n"
            if sys.stdout.isatty() or done % (20 * CHUNK) == 0 or done == options.n:
                print(
                    f"{done} of {options.n} programs, {len(different)} differ, {speed:.0f}/s",
                    end=end,
                    flush=True,
                )
    print()
    print_coverage(python_counts, c_counts)
    for seed in sorted(different)[: options.shrink]:
        shrink_and_save(program, seed)
    if different:
        print("seeds that differ:", *sorted(different)[:50])
    return done, len(different)


def check_corpus(program):
    """Runs the corpus on Ouro, against its recorded traces; returns how many differ."""
    paths = sorted(CORPUS.glob("*.prog"))
    count = failed = 0
    for path in paths:
        texts = split_programs(path.read_text())
        recorded = path.with_suffix(".trace").read_text().removesuffix("\n").split("\n\n")
        actual, _ = run_c(program, texts)
        for text, expected, trace in zip(texts, recorded, actual, strict=True):
            count += 1
            if not agrees(expected, trace):
                failed += 1
                print(f"corpus/{path.name} differs:")
                print(indented(text))
                print(side_by_side(expected, trace))
    print(f"corpus: {count - failed} of {count} recorded programs agree")
    return failed


def split_programs(text):
    parts = text.split("program ")
    return [f"program {part}" for part in parts[1:]]


def record():
    """Records what CPython does with the corpus; random.prog is made anew from the generator."""
    import generator

    CORPUS.mkdir(exist_ok=True)
    texts = [generator.program(seed) for seed in range(1, RECORDED + 1)]
    (CORPUS / "random.prog").write_text("".join(texts))
    for path in sorted(CORPUS.glob("*.prog")):
        traces, _ = run_python(split_programs(path.read_text()))
        path.with_suffix(".trace").write_text("\n\n".join(traces) + "\n")
    print("the traces of the corpus are recorded")
    return 0


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build-dir", type=pathlib.Path, default=pathlib.Path("build/release"))
    parser.add_argument("--program", type=pathlib.Path, help="the C interpreter")
    parser.add_argument("--python", help="the interpreter; default: the newest one that is found")
    parser.add_argument("-n", type=int, default=5000, help="how many programs")
    parser.add_argument("--seed", type=int, default=1, help="the first program")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--shrink", type=int, default=SHRINK_MAX, help="disagreements to shrink")
    parser.add_argument("--show", type=int, metavar="SEED")
    parser.add_argument("--run", type=pathlib.Path, metavar="FILE")
    parser.add_argument("--corpus-only", action="store_true")
    parser.add_argument("--record", action="store_true")
    return parser.parse_args()


def use_newest_python(options):
    """Goes on in the newest interpreter there is; returns False if that is too old."""
    python, version = find_python(options.python)
    if version is None or version < NEEDED:
        return False
    if sys.version_info[:3] != version:
        os.execv(python, [python, "-X", "frozen_modules=on", *sys.argv])
    return True


def main():
    sys.dont_write_bytecode = True
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    os.environ["OURO_BACKEND"] = "sim"
    options = parse_options()
    program = options.program or options.build_dir / "tests" / "fuzz_oracle" / "interpreter"
    is_new = use_newest_python(options)
    if options.record:
        return record() if is_new else 1
    if options.show is not None or options.run:
        import generator

        text = options.run.read_text() if options.run else generator.program(options.show)
        return 0 if show(program, text) else 1
    failed = check_corpus(program)
    if options.corpus_only or not is_new:
        if not is_new:
            print(f"no Python {dotted(NEEDED)} or later: compared with the recorded traces only")
        return 1 if failed else 0
    done, different = fuzz(options, program)
    print(f"{done - different} of {done} programs agree with CPython {sys.version.split()[0]}")
    return 1 if failed or different else 0


if __name__ == "__main__":
    sys.exit(main())
