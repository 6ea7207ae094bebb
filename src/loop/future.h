/* What a future is inside, and who waits for one.
 *
 * A future has a list of waiters. Each waiter names a runnable: the next step of the task that
 * awaits, or the runnable of a done callback. Completing the future moves all of these to the ready
 * queue, in order, and that is all that ever happens on completion (invariants 3 and 4 of asyncio).
 */
#ifndef OURO_LOOP_FUTURE_H
#define OURO_LOOP_FUTURE_H

#include "base/error_detail.h"
#include "base/list.h"
#include "ouro/future.h"
#include "ouro/handle.h"

enum future_state { FUTURE_PENDING = 0, FUTURE_CANCELLED, FUTURE_FINISHED };

enum future_flag {
    FUTURE_UNRETRIEVED = 1, /* failed, and nobody has looked at the failure */
    FUTURE_TRACED = 2,      /* debug mode knows where it was made */
    FUTURE_MARKED = 4,      /* seen by a search that runs */
};

/* What differs between a plain future, a task and the future of a gather. */
struct future_type {
    const char *name;
    /* A cancel request on a pending future; returns what Future.cancel returns. */
    bool (*cancel)(ouro_future *future, const char *message);
    /* Frees the memory; the last reference is gone. */
    void (*release)(ouro_future *future);
};

struct ouro_future {
    uint32_t references;
    uint8_t state; /* enum future_state */
    uint8_t flags; /* enum future_flag */
    int status;    /* once done: >= 0, or the error */
    void *value;
    ouro_link waiters; /* struct future_waiter */
    ouro_loop *loop;
    struct error_record *error; /* detail of `status`; of a pending task: the message of a cancel */
    const struct future_type *type;
};

struct task;
struct wait;

struct future_waiter {
    ouro_link link;
    ouro_runnable *runnable; /* made ready when the future is done */
};

extern const struct future_type ouro__future_plain;

/* Bytes of a record in the loop's slab of callbacks: a done callback's, or a group's of its child.
 */
#define CALLBACK_RECORD_SIZE (11 * sizeof(void *))

static inline bool future_is_done(const ouro_future *future)
{
    return future->state != FUTURE_PENDING;
}

/* Sets up the common part: pending, one reference. */
static inline void future_init(ouro_future *future, ouro_loop *loop, const struct future_type *type)
{
    future->references = 1;
    future->state = FUTURE_PENDING;
    future->flags = 0;
    future->status = 0;
    future->value = NULL;
    list_init(&future->waiters);
    future->loop = loop;
    future->error = NULL;
    future->type = type;
}

/* Frees a future whose last reference is gone. */
void ouro__future_free(ouro_future *future);

/* Gives a reference to a future, never NULL, back. */
static inline void future_unref(ouro_future *future)
{
    ouro_assert(future->references > 0);
    if (--future->references == 0)
        ouro__future_free(future);
}

/* Completes a pending future and makes its waiters ready. Takes over the reference to `error`. */
void ouro__future_complete(ouro_future *future, int status, struct error_record *error);

/* Adds a waiter to a future: made ready at completion, or now if the future is done. */
void ouro__future_add_waiter(ouro_future *future, struct future_waiter *waiter);

/* Takes a waiter out before its runnable has run. */
void ouro__future_remove_waiter(ouro_future *future, struct future_waiter *waiter);

/* The future is done and will make nobody ready any more: runs the hooks among its waiters, drops
 * the callbacks, and leaves the tasks alone. */
void ouro__future_drop_waiters(ouro_future *future);

/* Counts a future that does not lie in a slab of its loop, and takes it from the count when it is
 * freed: the loop's memory lives as long as any future of it. */
void ouro__future_hold_loop(ouro_future *future);
void ouro__loop_unhold(ouro_loop *loop);

/* Awaits as ouro_await does, in a task, and gives the reference back. */
int ouro__await_owned(ouro_future *future);

/* Returns the future that this wait is for, if it is the wait of an await; else NULL. */
ouro_future *ouro__awaited_future(const struct wait *wait);

/* Returns the pending task that this wait is for, if it is the wait of an await; else NULL. */
struct task *ouro__awaited_task(struct wait *wait);

/* Reads the status of a done future, as an await does: the failure counts as retrieved, and its
 * detail becomes that of the current task. */
int ouro__future_take_status(ouro_future *future);

#endif
