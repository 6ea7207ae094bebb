/* The tester's interpreter on Ouro: what its files share. README.md describes the language;
 * interpreter.py is the same on asyncio, and the two are to be read side by side.
 */
#ifndef OURO_TESTS_FUZZ_ORACLE_FUZZ_H
#define OURO_TESTS_FUZZ_ORACLE_FUZZ_H

#include <ouro.h>

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TASKS_MAX = 24,
    BODIES_MAX = 16,
    OBJECTS_MAX = 8, /* of each kind */
    ARGUMENTS_MAX = 8,
    CAUGHT_MAX = 16,
    GENERATORS_MAX = 4,
    ROUNDS_MAX = 30,
    TEXT_SIZE = 1024,
    INFINITE = 1 << 30,
    OUTCOMES_MAX = 16, /* different outcomes of one operation that are counted */
};

/* Codes of the language's own: Error(n), and what is RuntimeError in Python where the library has
 * the code of another error. */
enum { FUZZ_ERROR = -1000, FUZZ_RUNTIME = -3000 };

struct program;
struct me;
struct instruction;
struct source;

struct outcome {
    char name[24];
    long count;
};

/* What an instruction does. `run` returns a status; what it writes to `me->note` is its value. */
struct operation {
    const char *name;
    int (*run)(struct me *me, const struct instruction *instruction);
    bool is_block;
    struct outcome outcomes[OUTCOMES_MAX];
};

/* kind '#': a number; 'n': none; 's': self; else the first letter of an object's name. */
struct argument {
    char kind;
    int value;
};

enum handler { HANDLER_NONE, HANDLER_FINALLY, HANDLER_ANY, HANDLER_CANCEL, HANDLER_TIMEOUT };

struct instruction {
    int line;
    struct operation *operation;
    int argument_count;
    struct argument arguments[ARGUMENTS_MAX];
    struct instruction *action; /* of a callback */
    struct instruction *block;
    struct instruction *handler;
    enum handler handler_kind;
    struct instruction *next;
};

struct body {
    struct instruction *code;
    int result;
};

/* What a gN holds: a gather's or a shield's future. */
struct slot {
    ouro_future *future;
    int lowest; /* the lowest task that it depends on */
    int *statuses;
    int count; /* of `statuses`; -1: it is no gather */
};

/* A scheduled callback. */
struct call {
    struct program *program;
    const struct instruction *action;
    ouro_handle *handle;
    ouro_timer *timer;
    bool is_over;
};

struct watcher {
    struct program *program;
    int number;
};

/* A reference that is given back at the end of the program. */
struct owned {
    ouro_future *future;
    struct owned *next;
};

/* What the objects of each number are stands in `program_begin_sync` and in operations_sync.py. */
struct sync_objects {
    ouro_lock locks[OBJECTS_MAX];
    ouro_event events[OBJECTS_MAX];
    ouro_condition conditions[OBJECTS_MAX];
    ouro_semaphore semaphores[OBJECTS_MAX];
    ouro_barrier barriers[OBJECTS_MAX];
    ouro_queue queues[OBJECTS_MAX];
    int counter; /* what conditions wait for */
};

/* A program, and its state while it runs. All zero at first. */
/* An as_completed that all tasks share. */
struct iteration {
    ouro_as_completed iterator;
    struct iteration *next;
};

struct program {
    bool is_eager;
    bool is_over; /* its traces are complete */
    struct body bodies[BODIES_MAX];
    ouro_loop *loop;
    double start;
    ouro_task *tasks[TASKS_MAX];
    int task_count;
    ouro_future *futures[OBJECTS_MAX];
    struct slot slots[OBJECTS_MAX];
    struct call *calls[OBJECTS_MAX];
    ouro_timeout *timeouts[OBJECTS_MAX];
    ouro_task_group *groups[OBJECTS_MAX];
    struct watcher watchers[OBJECTS_MAX];
    struct source *sources[GENERATORS_MAX];
    struct owned *owned;
    struct iteration *iterations; /* the newest first */
    struct sync_objects sync;
};

struct caught {
    int status;
    char message[64];
};

/* Who runs: a task (-1: a callback), its value in the making, and the errors it is handling. */
struct me {
    struct program *program;
    int number;
    int caught_count;
    struct caught caught[CAUGHT_MAX];
    bool has_token[OBJECTS_MAX];
    ouro_context_token tokens[OBJECTS_MAX];
    char note[TEXT_SIZE];
};

/* parse.c */

/* Zeroed memory until the next program. */
void *program_alloc(size_t size);

/* Reads a program's lines; complains and ends the process if they make no sense. */
void program_parse(struct program *program, char *text);

/* Every operation, by name. */
struct operation *operation_find(const char *name);
void operations_register(struct operation *operations);
void operations_print_coverage(void);

/* trace.c */

long program_now(const struct program *program);

/* Sets what the running instruction shows as its value. */
__attribute__((format(printf, 2, 3))) void note(struct me *me, const char *format, ...);

/* Names a status without a look at its detail, a status with the current detail, and what a future
 * holds. They write at most TEXT_SIZE bytes and return `text`. */
const char *show_plain(int status, char *text);
const char *show(int status, char *text);
const char *show_state(ouro_future *future, char *text);

/* Prints a line of the trace and counts the outcome. */
void trace_outcome(struct me *me, const struct instruction *instruction, int status);
__attribute__((format(printf, 2, 3))) void trace(struct me *me, const char *format, ...);

/* sync.c, queues.c: the objects of a program. */
void sync_begin(struct sync_objects *objects);
void queues_begin(struct sync_objects *objects);
void queues_end(struct sync_objects *objects);

/* run.c */

int run_block(struct me *me, const struct instruction *first);
int run_instruction(struct me *me, const struct instruction *instruction);

/* Runs an instruction as a callback: its failure is shown and dropped. */
void run_action(struct program *program, const struct instruction *action);

/* The coroutine of a body that becomes the numbered task `number`, and one that runs in the task
 * that awaits it. */
ouro_coroutine numbered_body(struct program *program, int number, int body);
ouro_coroutine inline_body(struct me *me, int body);

/* Keeps a new task under its number; takes the reference over. */
void adopt_task(struct program *program, int number, ouro_task *task);

/* Keeps a reference until the end of the program. Returns `future`. */
ouro_future *own(struct program *program, ouro_future *future);

/* What an argument names; a future of NULL where there is nothing yet. */
struct slot refer(struct me *me, struct argument argument);
ouro_future *plain_future(struct program *program, int number);

/* Shows the value that awaiting the slot gave. */
int note_result(struct me *me, const struct slot *slot, int status);

/* Fails as Python's RuntimeError where the library says that a state is wrong. */
int as_runtime(int status);

/* What can be kept of a failure while other things fail: not its group; and failing so again. */
struct caught keep_failure(int status);
int fail_again(const struct caught *caught);

/* The arguments of an instruction that takes several things to await. */
struct arguments {
    int count;
    ouro_awaitable awaitables[ARGUMENTS_MAX];
    struct slot slots[ARGUMENTS_MAX];
    int lowest;
};

/* Looks the arguments from `first` on up, and gives the coroutines among them their numbers.
 * Returns false, and why as the instruction's value, if one is not there or must not be awaited. */
bool resolve(struct me *me, const struct instruction *instruction, int first,
             struct arguments *ret);

/* The timeout of wait and as_completed: 0 is none there. */
double wait_timeout(struct argument limit);

/* A callback: closes what is left of the generators. */
void generators_end(void *program);

/* The language's milliseconds in seconds; infinite for `none`. */
double seconds_of(struct argument argument);

extern struct operation task_operations[];
extern struct operation scope_operations[];
extern struct operation combine_operations[];
extern struct operation callback_operations[];
extern struct operation sync_operations[];
extern struct operation queue_operations[];
extern struct operation generator_operations[];

#endif
