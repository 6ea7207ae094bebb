#!/usr/bin/env python3
"""tests/mirror/check.py [--self-test] [--include FOLDER]: asyncio's names, here or explained.

Every name of names.txt must be declared in a public header under the name that the rule of
`here` gives it, or stand in the section "Names" of docs/differences.md. A name that stands there
although a header has it, or that asyncio does not have, is an error too. `--include` adds the
headers of another folder.
"""
import argparse
import re
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parent.parent
SECTION = "## Names"

# Where the mechanical rule does not lead: asyncio's class, and the prefixes of its members here.
PREFIXES = {
    "loop": ["ouro_loop"],
    "AbstractServer": ["ouro_server"],
    "BaseProtocol": ["ouro_protocol_callbacks"],
    "BaseTransport": ["ouro_transport"],
    "BufferedProtocol": ["ouro_protocol_callbacks"],
    "DatagramProtocol": ["ouro_datagram_protocol_callbacks"],
    "Protocol": ["ouro_protocol_callbacks"],
    "ReadTransport": ["ouro_transport"],
    "WriteTransport": ["ouro_transport"],
    "StreamReader": ["ouro_stream"],
    "StreamReaderProtocol": ["ouro_protocol_callbacks"],
    "StreamWriter": ["ouro_stream"],
    "Task": ["ouro_task", "ouro_future"],  # a task is a future
    "TimerHandle": ["ouro_timer"],
    "BoundedSemaphore": ["ouro_semaphore"],
    "FutureCallGraph": ["ouro_call_graph"],
}

# Single names. What is an errno needs no declaration of ours.
RENAMED = {
    "Context.keys": ["ouro_context_items"],
    "Context.values": ["ouro_context_items"],
    "FrameCallGraphEntry.frame": ["ouro_frame.address"],
    "FutureCallGraph.call_stack": ["ouro_call_graph.stack"],
    "asyncio.AbstractEventLoop": ["ouro_loop"],
    "asyncio.AbstractServer": ["ouro_server"],
    "asyncio.BaseEventLoop": ["ouro_loop"],
    "asyncio.BaseProtocol": ["ouro_protocol"],
    "asyncio.BaseTransport": ["ouro_transport"],
    "asyncio.BoundedSemaphore": ["ouro_bounded_semaphore_init"],
    "asyncio.BrokenBarrierError": ["OURO_EBROKENBARRIER"],
    "asyncio.BufferedProtocol": ["ouro_protocol"],
    "asyncio.CancelledError": ["ECANCELED"],
    "asyncio.EventLoop": ["ouro_loop"],
    "asyncio.FrameCallGraphEntry": ["ouro_frame"],
    "asyncio.FutureCallGraph": ["ouro_call_graph"],
    "asyncio.IncompleteReadError": ["OURO_EINCOMPLETE"],
    "asyncio.InvalidStateError": ["OURO_EINVALIDSTATE"],
    "asyncio.LifoQueue": ["ouro_lifo_queue_init"],
    "asyncio.LimitOverrunError": ["OURO_ELIMIT"],
    "asyncio.PriorityQueue": ["ouro_priority_queue_init"],
    "asyncio.QueueEmpty": ["OURO_EEMPTY"],
    "asyncio.QueueFull": ["OURO_EFULL"],
    "asyncio.QueueShutDown": ["OURO_ESHUTDOWN"],
    "asyncio.ReadTransport": ["ouro_transport"],
    "asyncio.SendfileNotAvailableError": ["OURO_ESENDFILENOTAVAILABLE"],
    "asyncio.SelectorEventLoop": ["ouro_loop"],
    "asyncio.StreamReader": ["ouro_stream"],
    "asyncio.StreamWriter": ["ouro_stream"],
    "asyncio.TimeoutError": ["ETIMEDOUT"],
    "asyncio.TimerHandle": ["ouro_timer"],
    "contextvars.Token": ["ouro_context_token"],
    "loop.slow_callback_duration": [
        "ouro_loop_slow_callback_duration",
        "ouro_loop_set_slow_callback_duration",
        "ouro_loop_options.slow_callback_duration",
    ],
    "asyncio.WriteTransport": ["ouro_transport"],
    "asyncio.timeout": ["ouro_with_timeout"],
    "asyncio.timeout_at": ["ouro_with_timeout_at"],
}
ERRNO = {"ECANCELED", "ETIMEDOUT"}

NOISE = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"", re.DOTALL)
DEFINE = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)", re.MULTILINE)
CALLABLE = re.compile(r"^(?![ \t]*#)[^;{}=]*?\b(\w+)\s*\([^;{}]*\)\s*(?:;|\{)", re.MULTILINE)
TYPE = re.compile(r"^\}?[^;{}]*?\b(ouro_\w+)\s*;", re.MULTILINE)
STRUCT = re.compile(r"\bstruct\s+(ouro_\w+)\s*\{(.*?)^\}", re.MULTILINE | re.DOTALL)
FIELD = re.compile(r"(\w+)(?:\[[^\]]*\])?\s*;|\(\*(\w+)\)\s*\(")
ERROR_CODE = re.compile(r"\bX\((OURO_E\w+),")
CONSTANT = re.compile(r"^[ \t]+(OURO_\w+)[ \t]*(?:=[^,]*)?,?[ \t]*$", re.MULTILINE)
SPAN = re.compile(r"`([^`]+)`")


def declared(texts):
    """The names that headers declare: functions, macros, types, constants, fields of structs."""
    names = set()
    for text in texts:
        text = NOISE.sub("", text)
        for pattern in (DEFINE, ERROR_CODE, CONSTANT, TYPE):
            names.update(pattern.findall(text))
        text = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", "", text, flags=re.MULTILINE)
        text = re.sub(r"__attribute__\s*\(\(.*?\)\)(?=\s)", "", text)
        names.update(CALLABLE.findall(text))
        for struct, body in STRUCT.findall(text):
            fields = ("".join(match) for match in FIELD.findall(body))
            names.update(f"{struct}.{field}" for field in fields)
    return names


def snake(name):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def here(name):
    """What a name of asyncio is called here: any of the list will do."""
    if name in RENAMED:
        return RENAMED[name]
    owner, _, member = name.partition(".")
    if owner in ("asyncio", "contextvars"):
        return [f"OURO_{member}" if member.isupper() else f"ouro_{snake(member)}"]
    if owner == "subprocess":
        return [f"OURO_{member}" if member.isupper() else f"ouro_{snake(member)}"]
    prefixes = PREFIXES.get(owner, [f"ouro_{snake(owner)}"])
    return [f"{prefix}{joint}{member}" for prefix in prefixes for joint in ("_", ".")]


def explained(text):
    """The code spans in the first column of the tables of the section; `Class.*` is a pattern."""
    section = text.partition(f"\n{SECTION}\n")[2].partition("\n## ")[0]
    spans = []
    for line in section.splitlines():
        if line.startswith("|"):
            spans += SPAN.findall(line.split("|")[1])
    return spans


def covers(span, name):
    return name.startswith(span[:-1]) if span.endswith(".*") else name == span


def check(names, have, spans):
    """Returns what is wrong, one line each."""
    problems = []
    for name in names:
        found = [word for word in here(name) if word in have or word in ERRNO]
        why = [span for span in spans if covers(span, name)]
        if found and why:
            problems.append(f"{name}: docs/differences.md lists it, but {found[0]} is declared")
        elif not found and not why:
            problems.append(
                f"{name}: neither is {' or '.join(here(name)[:1])} declared in a public header, "
                f"nor does docs/differences.md say why not, under {SECTION[3:]}"
            )
    for span in spans:
        if not any(covers(span, name) for name in names):
            problems.append(f"{span}: docs/differences.md lists it, but asyncio has no such name")
    return problems


def self_test(names, have, spans):
    """Each planted mistake must be found, and be all that is found."""
    clean = check(names, have, spans)
    plants = {
        "an unknown function": (names + ["asyncio.frobnicate"], have, spans),
        "an unknown method": (names + ["Task.frobnicate"], have, spans),
        "a lost declaration": (names, have - {"ouro_sleep"}, spans),
        "a lost explanation": (names, have, [span for span in spans if span != "loop.is_closed"]),
        "a stale explanation": (names, have, spans + ["asyncio.sleep"]),
        "a name that asyncio has not": (names, have, spans + ["asyncio.frobnicate"]),
    }
    failures = 0
    for plant, arguments in plants.items():
        new = [problem for problem in check(*arguments) if problem not in clean]
        if len(new) != 1:
            print(f"mirror: {plant} was planted, and {len(new)} mistakes were found")
            failures += 1
    return failures


def read_names(path):
    if not path.exists():
        return []
    lines = path.read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--self-test", action="store_true", help="plant mistakes and find them")
    parser.add_argument("--include", type=Path, action="append", default=[], metavar="FOLDER")
    options = parser.parse_args()

    folders = [ROOT / "include"] + options.include
    have = declared(path.read_text() for folder in folders for path in folder.rglob("*.h"))
    spans = explained((ROOT / "docs" / "differences.md").read_text())
    names = read_names(FOLDER / "names.txt")
    if not names or not have or not spans:
        sys.exit("mirror: names.txt, the headers or the section of docs/differences.md are empty")
    if options.self_test:
        return 1 if self_test(names, have, spans) else 0
    problems = check(names, have, spans)
    print("\n".join(problems) + "\n" if problems else "", end="")
    missing = sum(any(covers(span, name) for span in spans) for name in names)
    print(f"mirror: {len(names)} names of asyncio, {len(names) - missing - len(problems)} here, "
          f"{missing} explained, {len(problems)} wrong")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
