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
    TASK_MUST_CANCEL = 1,    /* a cancel request that has not been delivered */
    TASK_NAME_OWNED = 2,     /* `name` was allocated */
    TASK_ARGUMENT_PLAIN = 4, /* the function gets the pointer in `arguments[0]` itself */
    TASK_LARGE = 8,          /* the record came from the slab for many arguments */
    TASK_DEBUGGED = 16,      /* debug mode has seen it */
};

struct wait;

struct task {
    ouro_future future;
    ouro_runnable step; /* run_ is ouro__task_step: the scheduler knows tasks by it */
    struct coro coro;
    struct stack *stack; /* NULL before the first run and after the last */
    ouro_function *function;
    struct wait *wait; /* what the task is parked on, in its own frame; else NULL */
    ouro_context *context;
    ouro_link all;    /* in the loop's list of tasks */
    const char *name; /* NULL: "Task-<id>" */
    uint64_t id;
    const char *site;
    const char *function_name;
    struct error_record *failure; /* detail of the last failure in this task */
    uint32_t cancel_requests;
    uint8_t flags; /* enum task_flag */
    uint8_t stack_class;
    uint16_t spare;
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

/* Resumes or starts a task from the loop's context; returns when control is back there. */
void ouro__task_resume(ouro_loop *loop, struct task *task);

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
