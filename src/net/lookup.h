/* Names that are being looked up by threads.
 *
 *     begin --> struct lookup --> a thread of the pool --> complete --> those who wait
 *       |            ^
 *     begin ---------+  who asks the same meanwhile
 *
 * Each begin holds the lookup until its release. One that nobody holds any more is given up: its
 * block is its own, so that nobody waits for a thread that a name server keeps waiting.
 *
 * A lookup belongs to a loop.
 */
#ifndef OURO_NET_LOOKUP_H
#define OURO_NET_LOOKUP_H

#include "loop/park.h"
#include "net/name_query.h"
#include "sys/pool.h"

struct lookup {
    struct pool_job job;
    ouro_link link;    /* in the loop's list, until it is done */
    ouro_link waiters; /* struct lookup_wait */
    unsigned holders;
    bool is_done;
    int64_t elapsed_ns; /* in the thread */
    struct name_query query;
    struct name_answer answer; /* once it is done */
};

/* A task that waits for a lookup, in the task's frame. */
struct lookup_wait {
    struct wait wait;
    ouro_link link;
    /* The loop is closed meanwhile, and the frame will be gone: releases what it holds. */
    void (*abandon)(struct lookup_wait *wait);
};

/* Begins to look a name up, or joins those who do. The query is copied. Returns 0 and the lookup;
 * or an error with the detail set: -ENOMEM, or -EAGAIN where no thread can be started. */
int ouro__lookup_begin(ouro_loop *loop, const char *operation, const struct name_query *query,
                       struct lookup **ret_lookup);

/* Suspends until the lookup is done, if it is not yet. `abandon` has been set. Returns the status
 * of the answer; or -ECANCELED. */
int ouro__lookup_wait(struct task *task, struct lookup *lookup, struct lookup_wait *wait);

/* Ends a hold. */
void ouro__lookup_release(struct lookup *lookup);

/* Takes over what was found; who else holds the lookup has it still. Returns the array, or NULL
 * without memory. */
ouro_addrinfo *ouro__lookup_take_infos(struct lookup *lookup);

#endif
