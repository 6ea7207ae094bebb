"""Ouro in gdb: look at coroutines that are parked.

    (gdb) source tools/gdb/ouro-gdb.py
    (gdb) ouro-backtrace task->coro
    (gdb) ouro-backtrace 0x7ffff7d1ee90

Works on live processes and on core dumps, for x86-64, aarch64 and riscv64: nothing is written, the
registers of the parked coroutine are only shown to gdb's own unwinder for the time of the command.
"""
import re

import gdb
from gdb.unwinder import Unwinder

# Where the record at a saved stack pointer holds which register: see src/coro/switch_*. With a
# size, the stack pointer was the end of the record.
LAYOUTS = {
    "i386:x86-64": {
        "pc": "rip", "sp": "rsp",
        "saved": [("rip", 0), ("rbp", 8), ("rsp", 16)],
    },
    "aarch64": {
        "pc": "pc", "sp": "sp", "size": 160,
        "saved": [("x29", 0), ("pc", 8)] + [(f"x{19 + i}", 16 + 8 * i) for i in range(10)],
    },
    "riscv:rv64": {
        "pc": "pc", "sp": "sp", "size": 208,
        "saved": [("pc", 0), ("fp", 8)] + [(f"s{1 + i}", 16 + 8 * i) for i in range(11)],
    },
}


class FrameId:
    def __init__(self, sp, pc):
        self.sp = sp
        self.pc = pc


class ParkedUnwinder(Unwinder):
    """While it has a record, makes the parked coroutine the caller of the innermost frame."""

    def __init__(self):
        super().__init__("ouro-parked")
        self.record = None

    def begin(self, record):
        frame = gdb.newest_frame()
        name = frame.architecture().name()
        if name not in LAYOUTS:
            raise gdb.GdbError(f"ouro: no parked coroutines known on {name}")
        layout = LAYOUTS[name]
        self.values = []
        for register, offset in layout["saved"]:
            self.values.append((register, self.read(frame, register, record + offset)))
        if "size" in layout:
            kind = frame.read_register(layout["sp"]).type
            self.values.append((layout["sp"], gdb.Value(record + layout["size"]).cast(kind)))
        self.layout = layout
        self.innermost = (int(frame.read_register(layout["sp"])),
                          int(frame.read_register(layout["pc"])))
        self.record = record
        gdb.invalidate_cached_frames()

    def end(self):
        self.record = None
        gdb.invalidate_cached_frames()

    @staticmethod
    def read(frame, register, address):
        kind = frame.read_register(register).type
        word = gdb.Value(address).cast(gdb.lookup_type("unsigned long").pointer()).dereference()
        return gdb.Value(int(word)).cast(kind)

    def __call__(self, pending):
        if self.record is None:
            return None
        sp = int(pending.read_register(self.layout["sp"]))
        pc = int(pending.read_register(self.layout["pc"]))
        if (sp, pc) != self.innermost:
            return None
        # The identity lies below the parked stack, so that gdb sees a stack that grows downwards.
        info = pending.create_unwind_info(FrameId(gdb.Value(self.record), gdb.Value(pc)))
        for register, value in self.values:
            info.add_saved_register(register, value)
        return info


PARKED = ParkedUnwinder()
gdb.unwinder.register_unwinder(None, PARKED, replace=True)


def saved_stack_pointer(expression):
    """Accepts a struct coro, a pointer to one, or the saved stack pointer itself."""
    value = gdb.parse_and_eval(expression)
    kind = value.type.strip_typedefs()
    if kind.code == gdb.TYPE_CODE_PTR and kind.target().strip_typedefs().tag == "coro":
        value, kind = value.dereference(), kind.target().strip_typedefs()
    if kind.code == gdb.TYPE_CODE_STRUCT and kind.tag == "coro":
        value = value["sp"]
    return int(value)


class Backtrace(gdb.Command):
    """ouro-backtrace EXPRESSION [COUNT] [OPTIONS]: the stack of a parked coroutine.

The expression is a struct coro, a pointer to one, or a saved stack pointer. At most COUNT frames
are shown; options such as -full are handed to the command backtrace."""

    def __init__(self):
        super().__init__("ouro-backtrace", gdb.COMMAND_STACK, gdb.COMPLETE_EXPRESSION)

    def invoke(self, argument, from_tty):
        match = re.match(r"(.*?)(?:\s+(\d+))?((?:\s+-\S+)*)\s*$", argument)
        if not match.group(1):
            raise gdb.GdbError("ouro-backtrace: whose? Give a struct coro or a saved stack pointer")
        record = saved_stack_pointer(match.group(1))
        if record == 0:
            raise gdb.GdbError("ouro-backtrace: this coroutine is not parked")
        depth, frame = 0, gdb.selected_frame()
        while frame.newer() is not None:
            depth, frame = depth + 1, frame.newer()
        PARKED.begin(record)
        try:
            text = gdb.execute("backtrace" + match.group(3), to_string=True)
        finally:
            PARKED.end()
            frame = gdb.newest_frame()
            for _ in range(depth):
                frame = frame.older()
            frame.select()
        # Frame 0 is the thread that gdb stands in. It is not part of this stack.
        frames = re.split(r"^(?=#\d+ )", text, flags=re.M)[2:]
        gdb.write("".join(frames[: int(match.group(2) or len(frames))]))


Backtrace()
