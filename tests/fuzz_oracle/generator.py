"""Makes random programs. The same seed gives the same program on every machine.

The programs are biased towards collisions: delays are a few milliseconds, objects are few and
shared, whoever waits is likely to be cancelled or woken in the same iteration. Each program draws
from some families of instructions only, so that these meet often.
"""

import random

from crowds import crowd_program

DELAYS = (0, 0, 1, 1, 1, 2, 2, 3)
LIMITS = (-1, 0, 0, 1, 1, 1, 2, 2, 3, 3)
DEPTH_MAX = 3


class Generator:
    """Draws one program. Only `random()` of the generator is used: its sequence is guaranteed."""

    def __init__(self, seed, families=None):
        self._random = random.Random(seed).random
        self.lines = []
        self.body = 0
        self.bodies = 0
        self.depth = 0
        self.in_handler = 0
        self.budget = 0
        self.families = families

    def below(self, limit):
        return int(self._random() * limit)

    def chance(self, percent):
        return self._random() * 100 < percent

    def pick(self, items):
        return items[int(self._random() * len(items))]

    def draw(self, table):
        """Picks from a list of (weight so far, item)."""
        point = self._random() * table[-1][0]
        for weight, item in table:
            if point < weight:
                return item
        return table[-1][1]

    def emit(self, line):
        self.lines.append(line)
        self.budget -= 1

    def delay(self):
        return self.pick(DELAYS)

    def limit(self):
        return "none" if self.chance(8) else str(self.pick(LIMITS))

    def task(self):
        return "self" if self.chance(10) else f"t{self.below(6)}"

    def younger(self):
        """A task that is likely made after the one that runs this body."""
        return f"t{self.body + 1 + self.below(3)}"

    def later_body(self):
        """A body that this one may start: bodies never start each other in a circle."""
        if self.body + 1 >= self.bodies:
            return None
        return f"b{self.body + 1 + self.below(self.bodies - self.body - 1)}"

    def future(self):
        return f"f{self.below(2)}"

    def slot(self):
        return f"g{self.below(2)}"

    def awaited(self):
        return self.pick((self.younger, self.younger, self.future, self.slot))()

    def any_future(self):
        return self.pick((self.task, self.task, self.future, self.slot))()

    def awaitable(self):
        """For what takes coroutines, too."""
        body = self.later_body() if self.chance(35) else None
        return body or self.awaited()

    def message(self):
        return f" m{1 + self.below(3)}" if self.chance(30) else ""

    def block(self):
        """The inside of a block."""
        self.depth += 1
        for _ in range(1 + self.below(3)):
            self.instruction()
        self.depth -= 1

    def nested(self, head):
        self.emit(head)
        self.block()
        self.emit("end")

    def instruction(self):
        """One instruction, with its block if it has one; something plain when it gets long."""
        if self.depth >= DEPTH_MAX or self.budget <= 0:
            self.draw(self.plain)(self)
        else:
            self.draw(self.table)(self)

    def program(self, seed):
        from families import tables

        if self.chance(10):
            crowd_program(self, seed)
            return "\n".join(self.lines) + "\n"
        self.bodies = 3 + self.below(3)
        self.table, self.plain, self.actions = tables(self)
        eager = " eager" if self.chance(6) else ""
        self.lines.append(f"program {seed}{eager}")
        for body in range(self.bodies):
            self.body = body
            self.lines.append(f"body b{body} {body + 100}")
            self.budget = 10
            if body == 0:
                for other in range(1, self.bodies):
                    self.emit(f"{'spawn_eager' if self.chance(6) else 'spawn'} b{other}")
            for _ in range(2 + self.below(4)):
                if self.yields and body and self.chance(45):
                    self.emit(f"yield {self.number()}")
                self.instruction()
            self.lines.append("end")
        return "\n".join(self.lines) + "\n"


def program(seed):
    return Generator(seed).program(seed)
