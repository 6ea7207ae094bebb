"""Crowds: tasks that wait for one object, woken and cancelled by another one within a step.

What a random program meets by chance only is made on purpose here: somebody who was woken is
cancelled before it runs while others wait behind it, all wait when an object is shut down, and
several wait for the same end.
"""

# What they wait in, what wakes them, and the letter and number of objects of the kind.
CROWDS = (
    (
        ("queue_get {object}", "queue_get {object}", "queue_put {object} {number}"),
        ("queue_put_nowait {object} {number}", "queue_get_nowait {object}", "queue_state {object}"),
        ("q", 4),
    ),
    (
        ("queue_join {object}", "queue_join {object}", "queue_get {object}"),
        ("queue_task_done {object}", "queue_put_nowait {object} {number}",
         "queue_shutdown {object} {flag}"),
        ("q", 4),
    ),
    (
        ("queue_put {object} {number}",),
        ("queue_get_nowait {object}", "queue_get_nowait {object}", "queue_state {object}"),
        ("q", 3),
    ),
    (("lock_acquire {object}",), ("lock_release {object}",), ("l", 2)),
    (("semaphore_acquire {object}",), ("semaphore_release {object}",), ("s", 4)),
    (("event_wait {object}",), ("event_set {object}", "event_clear {object}"), ("e", 2)),
)


def crowd_program(generator, seed):
    waits, wakes, (letter, count) = generator.pick(CROWDS)
    name = f"{letter}{generator.below(count)}"

    def emit(lines):
        line = generator.pick(lines)
        generator.lines.append(
            line.format(object=name, number=1 + generator.below(5), flag=generator.below(2))
        )

    if generator.chance(60):
        waits = (generator.pick(waits),)
    size = 2 + generator.below(3)
    generator.lines.append(f"program {seed}")
    generator.lines.append("body b0 100")
    for _ in range(generator.below(4)):
        emit(wakes)
    generator.lines += [f"spawn b{1 + other}" for other in range(size)]
    for _ in range(1 + generator.below(2)):
        generator.lines.append(f"sleep {generator.below(2)}")
        for _ in range(1 + generator.below(4)):
            emit(wakes)
            if generator.chance(50):
                generator.lines.append(f"cancel t{1 + generator.below(size)}")
    generator.lines.append("end")
    for other in range(size):
        generator.lines.append(f"body b{1 + other} {101 + other}")
        emit(waits)
        for _ in range(generator.below(3)):
            emit(waits if generator.chance(30) else wakes)
        generator.lines.append("end")
