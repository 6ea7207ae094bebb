"""Runs inside gdb on the program parked.c: exits with 0 if gdb sees what it must see.

First, ouro-backtrace shows the frames of the parked coroutines. Then a switch is followed from one
coroutine into the other and back, one machine instruction at a time, and at each the stack must be
exactly that of one of the two, or, while it leaves, the leaving function on top of the other's.
"""
import os
import traceback

import gdb

FIRST = ["first_parks", "first_waits", "first_runs", "ouro__coro_entry"]
SECOND = ["second_parks", "second_runs", "ouro__coro_entry"]
SWITCHES = ["ouro__coro_switch", "ouro__coro_jump"]


def check(condition, what):
    if not condition:
        raise AssertionError(what)


def plain(text):
    """Undoes what gdb does to an assembly function's name that looks like one of Ada's."""
    return text.replace("ouro.coro_", "ouro__coro_")


def functions():
    """Names the functions on the stack, innermost first, leaving out inlined ones."""
    names, frame = [], gdb.newest_frame()
    while frame is not None and frame.is_valid() and len(names) < 50:
        if frame.type() != gdb.INLINE_FRAME:
            names.append(plain(str(frame.name())))
        frame = frame.older()
    return names


def check_in_order(text, names):
    positions = [text.find(f"{name} ") for name in names]
    check(all(at >= 0 for at in positions) and positions == sorted(positions),
          f"expected {names} in:\n{text}")


def check_parked():
    for expression, names in (("first_coro", FIRST), ("&second_coro", SECOND),
                              ("first_coro.sp", FIRST), ("second_coro.sp -full", SECOND)):
        text = gdb.execute(f"ouro-backtrace {expression}", to_string=True)
        text = plain(text)
        check_in_order(text, names)
        check("look" not in text and "main (" not in text, f"not of this stack:\n{text}")
        check("corrupt" not in text and "??" not in text, f"not clean:\n{text}")
    check(functions()[:2] == ["look", "main"], "the thread's own stack is as it was")
    text = gdb.execute("ouro-backtrace first_coro 1", to_string=True)
    check(text.startswith("#1 ") and text.count("\n#") == 0, f"not one frame:\n{text}")


def check_steps():
    """Follows first -> second -> first."""
    seen_leaving, seen_second = 0, 0
    for count in range(3000):
        names = functions()
        where = f"after {count} instructions, at {gdb.execute('x/i $pc', to_string=True)}: {names}"
        # An out-of-line switch has a frame of its own on top of a whole stack.
        stack = names[1:] if names[0] in SWITCHES else names
        if stack == SECOND:
            seen_second += 1
        elif stack in (FIRST[:1] + SECOND, SECOND[:1] + FIRST):
            seen_leaving += 1
        elif stack != FIRST:
            check(names[:1] == ["step_here"] and names[1:] == FIRST, where)
        if seen_second and names == FIRST:
            break
        gdb.execute("stepi", to_string=True)
    else:
        check(False, "the first coroutine did not come back")
    check(seen_second > 3, "the second coroutine ran")
    if gdb.newest_frame().architecture().name() == "i386:x86-64":
        check(seen_leaving == 6, f"{seen_leaving} instructions seen while leaving, not 2 times 3")
    print(f"{count} instructions followed")


def run():
    gdb.execute("set pagination off")
    gdb.execute("set confirm off")
    gdb.execute("set width 0")
    gdb.execute("source " + os.environ["OURO_GDB_SCRIPT"])
    gdb.execute("break look")
    gdb.execute("break step_here")
    gdb.execute(os.environ.get("OURO_GDB_START", "run"), to_string=True)
    if os.environ.get("OURO_GDB_CORE"):
        gdb.execute("generate-core-file " + os.environ["OURO_GDB_CORE"], to_string=True)
    check_parked()
    gdb.execute("continue", to_string=True)
    check_steps()
    if os.environ.get("OURO_GDB_CORE"):
        gdb.execute("kill", to_string=True)
        gdb.execute("core-file " + os.environ["OURO_GDB_CORE"], to_string=True)
        check_parked()
        print("core dump looked into")


try:
    run()
    print("gdb: passed")
    gdb.execute("quit 0")
except AssertionError as error:
    print(f"gdb: FAILED: {error}")
except gdb.error:
    traceback.print_exc()
gdb.execute("quit 1")
