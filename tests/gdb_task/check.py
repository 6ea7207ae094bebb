"""Runs inside gdb: stops in one task, walks the stack of another that is parked, and comes back."""
import os
import traceback

import gdb


def expect(listing, names):
    """The functions stand in the backtrace, innermost first."""
    place = -1
    for name in names:
        found = listing.find(f"{name} (", place + 1)
        assert found > place, f"{name} is missing or out of order in:\n{listing}"
        place = found


def run():
    gdb.execute("set pagination off")
    gdb.execute("set width 0")
    gdb.execute("set debuginfod enabled off")
    gdb.execute("source " + os.environ["OURO_GDB_SCRIPT"])
    gdb.execute("break look")
    gdb.execute("run", to_string=True)
    expect(gdb.execute("backtrace", to_string=True), ["look", "looker"])
    sp = "((struct task *) parked)->coro.sp"
    # What ouro_sleep calls last may take its place on the stack; the user's functions count.
    expect(gdb.execute(f"ouro-backtrace {sp}", to_string=True),
           ["wait_in_inner", "wait_in_outer", "sleeper", "ouro__task_main"])
    expect(gdb.execute("backtrace", to_string=True), ["look", "looker"])
    gdb.execute("continue", to_string=True)


try:
    run()
    print("gdb: passed")
    gdb.execute("quit 0")
except AssertionError as error:
    print(f"gdb: FAILED: {error}")
except gdb.error:
    traceback.print_exc()
gdb.execute("quit 1")
