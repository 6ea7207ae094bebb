#!/usr/bin/env python3
"""tests/mirror/collect.py: prints every public name of asyncio, sorted; needs Python 3.13.

    python3.13 tests/mirror/collect.py >tests/mirror/names.txt

A name is `asyncio.NAME` for what the module exports, `subprocess.NAME` and `contextvars.NAME` for
those of the two modules, `loop.NAME` for a member of any event loop class, and `CLASS.NAME` for a
member of another class, named after the class that defines it. Attributes that only exist in
instances are found in the source. What asyncio has gained since is in NEWER, by hand.
"""
import ast
import asyncio
import contextvars
import inspect
import sys
import textwrap
from asyncio import base_events, trsock

# Of 3.14 (call graphs) and of 3.15 (TaskGroup.cancel).
NEWER = """
    asyncio.capture_call_graph asyncio.format_call_graph asyncio.print_call_graph
    asyncio.FrameCallGraphEntry asyncio.FutureCallGraph
    FrameCallGraphEntry.frame
    FutureCallGraph.future FutureCallGraph.call_stack FutureCallGraph.awaited_by
    asyncio.future_add_to_awaited_by asyncio.future_discard_from_awaited_by
    TaskGroup.cancel
"""

LOOPS = (asyncio.AbstractEventLoop, base_events.BaseEventLoop, asyncio.SelectorEventLoop)
EXTRA_CLASSES = (asyncio.subprocess.Process, trsock.TransportSocket, base_events.Server)
CONTEXT_CLASSES = (contextvars.ContextVar, contextvars.Context, contextvars.Token)


def public(names):
    return {name for name in names if not name.startswith("_")}


def instance_attributes(cls):
    """What methods of a class assign to self: attributes that the class itself does not show."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(cls)))
    except (OSError, TypeError):
        return set()
    return public(
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
    )


def members(cls):
    """The public names that a class defines or overrides, or that a private base of it defines."""
    inherited = set()
    for base in cls.__mro__[1:]:
        if not base.__name__.startswith("_"):
            inherited |= public(dir(base))
    names = instance_attributes(cls) - inherited
    for base in cls.__mro__:
        if base is cls or base.__name__.startswith("_"):
            names |= public(vars(base)) - (set() if base is cls else inherited)
    return names


def collect():
    names = {f"asyncio.{name}" for name in asyncio.__all__}
    names.add("asyncio.Server")
    names |= {f"subprocess.{name}" for name in ("PIPE", "STDOUT", "DEVNULL", "Process")}
    names |= {f"contextvars.{name}" for name in contextvars.__all__}
    for cls in LOOPS:
        names |= {f"loop.{name}" for name in public(dir(cls)) | instance_attributes(cls)}

    classes = {name: getattr(asyncio, name) for name in asyncio.__all__}
    classes.update((cls.__name__, cls) for cls in EXTRA_CLASSES + CONTEXT_CLASSES)
    for name, cls in classes.items():
        if isinstance(cls, type) and cls not in LOOPS and cls.__module__ != "builtins":
            names |= {f"{name}.{member}" for member in members(cls)}
    return names | set(NEWER.split())


def main():
    if sys.version_info[:2] != (3, 13):
        sys.exit("tests/mirror/collect.py: the names are those of Python 3.13; run it with that")
    print("# The public names of asyncio in Python 3.13, and some of later ones; see collect.py.")
    print("\n".join(sorted(collect())))


if __name__ == "__main__":
    main()
