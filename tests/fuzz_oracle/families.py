"""The families of instructions that programs are drawn from, with their weights.

Each entry is (weight, kind, function). Kind "block": it has a block inside; "wait": it suspends;
"act": it does not, so that it can be a callback's action.
"""


def one(text):
    """An instruction of fixed form: words in braces are drawn by the generator's methods."""

    def emit(generator):
        generator.emit(render(generator, text))

    emit.text = text
    return emit


def render(generator, text):
    words = []
    for word in text.split():
        if word[0] == "{":
            word = str(getattr(generator, word[1:-1])())
        words.append(word)
    return " ".join(words)


def block(text):
    def emit(generator):
        generator.nested(render(generator, text))

    return emit


def with_body(text):
    """An instruction that starts a later body; a sleep where there is none."""

    def emit(generator):
        body = generator.later_body()
        generator.emit(f"{text} {body}" if body else f"sleep {generator.delay()}")

    return emit


def act_with_body(text):
    def emit(generator):
        body = generator.later_body()
        generator.emit(f"{text} {body}" if body else "current")

    return emit


def cancel(generator):
    generator.emit(f"cancel {generator.any_future()}{generator.message()}")


def try_block(generator):
    generator.emit("try")
    generator.block()
    kind = generator.pick(
        ("except_any", "except_any", "except_any", "except_cancel", "except_timeout", "finally")
    )
    generator.emit(kind)
    generator.block()
    if kind != "finally" and generator.chance(25):
        generator.emit("reraise")
    generator.emit("end")


def group_block(generator):
    slot = f"k{generator.below(2)}"
    generator.emit(f"group {slot}")
    for _ in range(1 + generator.below(2)):
        body = generator.later_body()
        if body:
            generator.emit(f"group_spawn {slot} {body}")
    if generator.chance(75):
        generator.block()
    generator.emit("end")


def group_spawn(generator):
    body = generator.later_body()
    generator.emit(f"group_spawn k{generator.below(2)} {body}" if body else "current")


def several(name, draw):
    def emit(generator):
        count = 1 + generator.below(3)
        arguments = [getattr(generator, draw)() for _ in range(count)]
        generator.emit(f"{name(generator)} {' '.join(arguments)}")

    return emit


def with_later(head):
    def emit(generator):
        body = generator.later_body()
        generator.emit(f"{render(generator, head)} {body}" if body else "current")

    return emit


def agen_for(generator):
    body = generator.later_body()
    if body:
        generator.nested(f"agen_for {body} {1 + generator.below(4)}")
    else:
        generator.emit(f"yield {generator.number()}")


def condition_block(generator):
    """Waits or notifies with the lock held."""
    condition = generator.condition()
    generator.emit(f"with_condition {condition}")
    if generator.chance(30):
        generator.instruction()
    generator.emit(
        generator.pick(
            (
                f"condition_wait {condition}",
                f"condition_wait {condition}",
                f"condition_wait_for {condition} {generator.number()}",
                f"condition_notify {condition} {generator.number()}",
                f"condition_notify_all {condition}",
            )
        )
    )
    if generator.chance(30):
        generator.instruction()
    generator.emit("end")


def queue_burst(generator):
    """Fills a queue faster than anybody empties it, so that the order of its items shows."""
    queue = generator.queue()
    for _ in range(2 + generator.below(4)):
        generator.emit(f"queue_put_nowait {queue} {generator.number()}")
    for _ in range(generator.below(5)):
        generator.emit(f"queue_get_nowait {queue}")


def watch_twice(generator):
    """One callback twice on one future; a removal takes both."""
    place = f"{generator.any_future()} {generator.watcher()}"
    for _ in range(2):
        generator.emit(f"add_done {place}")
        if generator.chance(20):
            generator.instruction()
    generator.emit(f"remove_done {place}")


def finish_and_cancel(generator):
    """Whoever is woken by the future is cancelled before it runs."""
    generator.emit(f"set_result {generator.future()} {generator.number()}")
    generator.emit("sleep 0")
    generator.emit(f"cancel {generator.younger()}")


def completed_of_futures(generator):
    generator.emit(f"completed none f0 f1 {generator.awaitable()}")
    generator.emit("completed_next")


def fixed(name):
    return lambda generator: name


def action(head):
    """A callback's head, followed by something that does not suspend."""

    def emit(generator):
        text = render(generator, head)
        generator.draw(generator.actions)(generator)
        if generator.lines[-1].startswith(("call_", "on_done", "run_context")):
            generator.lines[-1] = "current"
        generator.lines[-1] = f"{text} {generator.lines[-1]}"

    return emit


def numbered(letter, count):
    """Adds a method that draws an object's name."""
    return lambda generator: f"{letter}{generator.below(count)}"


BASE = [
    (14, "wait", one("sleep {delay}")),
    (6, "wait", one("await {awaited}")),
    (1, "wait", one("await self")),
    (12, "act", cancel),
    (3, "act", one("uncancel {task}")),
    (2, "act", one("cancelling {task}")),
    (2, "act", one("result {any_future}")),
    (1, "act", one("current")),
    (4, "act", act_with_body("spawn")),
    (1, "act", act_with_body("spawn_eager")),
    (3, "wait", with_body("call")),
    (3, "act", one("raise {number}")),
    (14, "block", try_block),
]

FAMILIES = {
    "timeout": [
        (14, "block", block("timeout {deadline} {limit}")),
        (4, "act", one("reschedule {deadline} {limit}")),
        (1, "act", one("when {deadline}")),
        (1, "act", one("expired {deadline}")),
        (6, "wait", lambda g: g.emit(f"wait_for {g.limit()} {g.awaitable()}")),
    ],
    "group": [
        (18, "block", group_block),
        (4, "act", group_spawn),
        (3, "act", one("group_cancel {group}")),
    ],
    "gather": [
        (5, "wait", several(fixed("gather"), "awaited")),
        (3, "wait", several(fixed("gather_rx"), "awaited")),
        (5, "act", several(lambda g: f"gather_future {g.slot()}", "awaitable")),
        (3, "act", several(lambda g: f"gather_future_rx {g.slot()}", "awaitable")),
    ],
    "wait": [
        (4, "wait", several(lambda g: f"wait_all {g.limit()}", "any_future")),
        (4, "wait", several(lambda g: f"wait_first {g.limit()}", "any_future")),
        (4, "wait", several(lambda g: f"wait_error {g.limit()}", "any_future")),
    ],
    "shield": [
        (6, "wait", one("shield {awaitable}")),
        (5, "act", one("shield_future {slot} {awaitable}")),
    ],
    "future": [
        (5, "wait", one("await {future}")),
        (5, "act", one("set_result {future} {number}")),
        (3, "act", one("set_error {future} {number}")),
        (3, "act", one("new {future}")),
        (2, "act", one("add_done {any_future} {watcher}")),
        (1, "act", one("remove_done {any_future} {watcher}")),
        (2, "wait", watch_twice),
        (3, "wait", action("on_done {any_future}")),
    ],
    "callback": [
        (6, "wait", action("call_soon {handle}")),
        (6, "wait", action("call_later {handle} {delay}")),
        (3, "wait", action("call_at {handle} {delay}")),
        (3, "act", one("cancel_handle {handle}")),
    ],
    "context": [
        (5, "act", one("var_set {variable} {number}")),
        (5, "act", one("var_get {variable}")),
        (3, "act", one("var_reset {variable}")),
        (3, "wait", action("run_context")),
        (2, "wait", one("on_done {any_future} var_get {variable}")),
        (1, "wait", one("call_soon {handle} var_get {variable}")),
    ],
    "completed": [
        (8, "wait", several(lambda g: f"as_completed {g.limit()}", "awaitable")),
        (5, "wait", several(lambda g: f"as_completed_each {g.limit()}", "awaitable")),
        (5, "act", several(lambda g: f"completed {g.limit()}", "awaitable")),
        (4, "wait", completed_of_futures),
        (9, "wait", one("completed_next")),
        (3, "wait", finish_and_cancel),
    ],
    "generator": [
        (6, "act", with_later("agen {agen}")),
        (9, "wait", one("agen_next {agen}")),
        (3, "wait", one("agen_send {agen} {number}")),
        (3, "wait", one("agen_throw {agen} {number}")),
        (3, "wait", one("agen_close {agen}")),
        (7, "block", agen_for),
        (4, "act", one("yield {number}")),
        (3, "block", block("cleanup {way}")),
    ],
    "lock": [
        (8, "block", block("with_lock {lock}")),
        (4, "wait", one("lock_acquire {lock}")),
        (4, "act", one("lock_release {lock}")),
        (1, "act", one("lock_locked {lock}")),
    ],
    "event": [
        (8, "wait", one("event_wait {event}")),
        (5, "act", one("event_set {event}")),
        (3, "act", one("event_clear {event}")),
        (1, "act", one("event_is_set {event}")),
    ],
    "condition": [
        (6, "block", condition_block),
        (2, "block", block("with_condition {condition}")),
        (1, "wait", one("condition_wait {condition}")),
        (2, "act", one("condition_notify {condition} {number}")),
        (2, "act", one("condition_notify_all {condition}")),
        (3, "act", one("bump")),
        (1, "block", block("with_lock l0")),
    ],
    "semaphore": [
        (8, "block", block("with_semaphore {semaphore}")),
        (4, "wait", one("semaphore_acquire {semaphore}")),
        (5, "act", one("semaphore_release {semaphore}")),
        (1, "act", one("semaphore_locked {semaphore}")),
    ],
    "barrier": [
        (9, "wait", one("barrier_wait {barrier}")),
        (2, "wait", one("barrier_reset {barrier}")),
        (2, "wait", one("barrier_abort {barrier}")),
        (2, "act", one("barrier_state {barrier}")),
    ],
    "queue": [
        (6, "wait", one("queue_put {queue} {number}")),
        (7, "wait", one("queue_get {queue}")),
        (3, "act", one("queue_put_nowait {queue} {number}")),
        (3, "act", one("queue_get_nowait {queue}")),
        (3, "act", one("queue_task_done {queue}")),
        (3, "wait", one("queue_join {queue}")),
        (2, "act", one("queue_shutdown {queue} {flag}")),
        (1, "act", one("queue_state {queue}")),
        (3, "wait", queue_burst),
    ],
}

# Methods of the generator that draw the names of objects.
DRAWS = {
    "number": lambda generator: 1 + generator.below(5),
    "deadline": numbered("d", 2),
    "group": numbered("k", 2),
    "handle": numbered("h", 3),
    "variable": numbered("v", 2),
    "lock": numbered("l", 2),
    "event": numbered("e", 2),
    "condition": numbered("c", 2),
    "semaphore": numbered("s", 4),
    "barrier": numbered("r", 2),
    "queue": numbered("q", 4),
    "agen": numbered("a", 2),
    "way": lambda generator: generator.below(3),
    "flag": lambda generator: generator.below(2),
    "watcher": lambda generator: generator.below(3),
}


def install():
    from generator import Generator

    for name, draw in DRAWS.items():
        setattr(Generator, name, draw)


def cumulate(entries):
    total = 0
    table = []
    for weight, _, function in entries:
        total += weight
        table.append((total, function))
    return table


TABLES = {}


def tables(generator):
    """The weighted tables of all instructions, of those without a block, and of actions."""
    if not TABLES:
        install()
    names = sorted(FAMILIES)
    count = 1 + generator.below(4)
    chosen = set()
    for _ in range(count):
        chosen.add(generator.pick(names))
    generator.yields = "generator" in chosen
    key = tuple(sorted(chosen))
    if key not in TABLES:
        entries = BASE + [entry for name in key for entry in FAMILIES[name]]
        TABLES[key] = (
            cumulate(entries),
            cumulate([entry for entry in entries if entry[1] != "block"]),
            cumulate([entry for entry in entries if entry[1] == "act"]),
        )
    return TABLES[key]
