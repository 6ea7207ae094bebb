/* Debug mode: what it costs is paid in debug mode only.
 *
 * The steps of tasks that are made in debug mode, or exist when it is turned on, have a `run_` of
 * their own. So the scheduler does not know them for tasks, leaves them to the loop's own context
 * like any callback, and there each is timed. Callbacks run in a loop of debug.c for the same
 * reason. Tasks are seen by a task factory in front of the user's.
 */
#ifndef OURO_LOOP_DEBUG_H
#define OURO_LOOP_DEBUG_H

#include "base/text.h"
#include "loop/loop.h"
#include "loop/task.h"

/* The run_ of every task's step in debug mode. */
void ouro__task_step_debug(ouro_runnable *step);

/* Is this the next step of a task? */
static inline bool runnable_is_task(const ouro_runnable *runnable)
{
    return runnable->run_ == ouro__task_step || runnable->run_ == ouro__task_step_debug;
}

/* Turns debug mode on, and off. */
void ouro__debug_begin(ouro_loop *loop);
void ouro__debug_end(ouro_loop *loop);

/* What ouro__loop_run_ready does, in debug mode. */
void ouro__debug_run_ready(ouro_loop *loop);

/* The task factory in front of the user's. */
ouro_task_factory ouro__debug_factory;

/* A task was made without the factory. */
void ouro__debug_task_made(struct task *task);

/* Tells of a poll that was to take `asked_ns` at most and began at `since`. */
void ouro__debug_poll_done(ouro_loop *loop, int64_t since, int64_t asked_ns);

/* Refuses a call from a thread other than the loop's while that runs: sets and logs
 * OURO_EWRONGTHREAD and returns it. Else returns 0. */
int ouro__debug_check_thread(const ouro_loop *loop, const char *operation);

/* The same; costs one load outside debug mode. */
static inline int check_thread(const ouro_loop *loop, const char *operation)
{
    if (__builtin_expect(loop->debug, 0))
        return ouro__debug_check_thread(loop, operation);
    return 0;
}

/* The stack in which something was made; places of the library at its inner end included. */
enum { ORIGIN_FRAMES = 10, ORIGIN_PLACES = ORIGIN_FRAMES + 12 };

struct origin {
    const void *key; /* a future, or the runnable of a handle; NULL: nothing is known */
    const void *places[ORIGIN_PLACES];
    unsigned count;
};

/* Keeps the stack of the caller as the origin of `key`. Returns false without memory: nothing is
 * known then. */
bool ouro__origin_keep(ouro_loop *loop, const void *key);

/* Keeps it for a future. */
static inline void origin_keep_future(ouro_loop *loop, ouro_future *future)
{
    if (ouro__origin_keep(loop, future))
        future->flags |= FUTURE_TRACED;
}

/* Copies what is known of the origin of `key`. */
void ouro__origin_copy(const ouro_loop *loop, const void *key, struct origin *ret_origin);

/* Adds an origin to a report, if it is known; or that of a future. */
void ouro__origin_add(struct text *text, const struct origin *origin);
void ouro__origin_add_future(struct text *text, const ouro_future *future);

/* Forgets all origins. */
void ouro__origins_done(ouro_loop *loop);

#endif
