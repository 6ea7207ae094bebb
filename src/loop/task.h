/* What a task is inside.
 *
 * The record lives in a slab of its loop from creation to the last reference. The stack is taken
 * when the task first runs and given back the moment its function returns, so a task not yet
 * started, or done, costs its record only. Arguments are copied behind the record.
 *
 *     created --> step ready --> running --> parked (wait != NULL) --> step ready --> ...
 *                                   \------> done: stack given back, waiters made ready
 */
#ifndef OURO_LOOP_TASK_H
#define OURO_LOOP_TASK_H

#include "coro/coro.h"
#include "coro/stack.h"
#include "loop/future.h"
#include "ouro/task.h"

enum task_flag {
    TASK_MUST_CANCEL = 1,    /* the next wait is cancelled, for one of the two reasons below */
    TASK_NAME_OWNED = 2,     /* `name` was allocated */
    TASK_ARGUMENT_PLAIN = 4, /* the function gets the pointer in `arguments[0]` itself */
    TASK_LARGE = 8,          /* the record came from the slab for many arguments */
    TASK_REQUESTED = 16,     /* a cancel request that has not been delivered */
    TASK_LEVEL = 32,         /* inside a cancelled scope: every wait is cancelled */
    TASK_LEVEL_IGNORED = 64, /* by a wait of the library that must come to its end */
    TASK_SHIELDED = 128,     /* inside a scope that shields */
    TASK_DEBUGGED = 256,     /* debug mode has seen it */
};

struct generator;
struct wait;

struct task {
    ouro_future future;
    ouro_runnable step; /* run_ is ouro__task_step: the scheduler knows tasks by it */
    struct coro coro;
    struct stack *stack; /* NULL before the first run and after the last */
    ouro_function *function;
    struct wait *wait;           /* what the task is parked on, in its own frame; else NULL */
    struct generator *generator; /* whose body it runs, the innermost; NULL: none */
    ouro_scope *scope; /* the innermost one, in its own frame; or NULL: see loop/scope.h */
    ouro_context *context;
    ouro_link all;    /* in the loop's list of tasks */
    const char *name; /* NULL: "Task-<id>" */
    uint64_t id;
    const char *site;
    const char *function_name;
    struct error_record *failure; /* detail of the last failure in this task */
    struct error_record *message; /* of the last request that no wait has taken; kept to the end */
    uint32_t cancel_requests;
    uint32_t held_requests; /* beside those: requests that a shield holds back */
    uint16_t flags;         /* enum task_flag */
    uint8_t stack_class;
    uint64_t arguments[];
};

extern const struct future_type ouro__future_task;

/* The run_ of every task's step. */
void ouro__task_step(ouro_runnable *step);

static inline struct task *task_from_future(ouro_future *future)
{
    return container_of(future, struct task, future);
}

static inline bool future_is_task(const ouro_future *future)
{
    return future->type == &ouro__future_task;
}

static inline struct task *task_from_step(ouro_runnable *step)
{
    return container_of(step, struct task, step);
}

/* Creates a task as ouro_loop_create_task_with does, without any option. */
ouro_task *ouro__task_spawn(ouro_loop *loop, const ouro_coroutine *coroutine, const char *site);

/* Resumes or starts a task from the loop's context; returns when control is back there. */
void ouro__task_resume(ouro_loop *loop, struct task *task);
/* There is a request to be delivered. */
static inline void task_set_request(struct task *task)
{
    task->flags |= TASK_MUST_CANCEL | TASK_REQUESTED;
}

/* The request is delivered, or taken back. */
static inline void task_clear_request(struct task *task)
{
    task->flags &= (uint16_t) ~(TASK_MUST_CANCEL | TASK_REQUESTED);
    if (task->flags & TASK_LEVEL)
        task->flags |= TASK_MUST_CANCEL;
}

/* Says whether every wait is to be cancelled. */
static inline void task_set_level(struct task *task, bool is_cancelled)
{
    task->flags &= (uint16_t) ~(TASK_MUST_CANCEL | TASK_LEVEL);
    if (is_cancelled)
        task->flags |= TASK_LEVEL;
    if (task->flags & (TASK_LEVEL | TASK_REQUESTED))
        task->flags |= TASK_MUST_CANCEL;
}

/* Where a task's coroutine begins; `arg` is the loop. Never returns. */
void ouro__task_main(void *arg);

/* Finds the class of a stack size that a user gave. Returns 0, or -EINVAL out of range. */
int ouro__stack_class_checked(size_t stack_size, unsigned *ret_class);

/* Runs the task's first step now, inside its creation. Returns 0 or -ENOMEM, and nothing has run.
 */
int ouro__task_start_eagerly(ouro_loop *loop, struct task *task);

/* Completes a task whose function has returned `status`. The record may be freed by that. */
void ouro__task_finish(struct task *task, int status);

/* Ends a task that could not be started: its function never runs. */
void ouro__task_fail(struct task *task, int status);

/* Ends a pending task whose loop is being closed as cancelled, while all frames are still there. */
void ouro__task_settle(struct task *task);

/* Frees a task that was settled: its stack is given back without being unwound. */
void ouro__task_abandon(struct task *task);

#endif
