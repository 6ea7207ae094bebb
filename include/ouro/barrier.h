/* Barriers: a fixed number of tasks wait for each other, then all go on.
 *
 *     static ouro_barrier barrier = OURO_BARRIER_INIT(3);       barrier = asyncio.Barrier(3)
 *
 *     int index = OURO_TRY(ouro_barrier_wait(&barrier));        index = await barrier.wait()
 *
 *     filling --the last comes--> draining --the last leaves--> filling
 *        \----reset--> resetting --the last leaves--> filling
 *     any ----abort--> broken, until a reset
 *
 * Who comes while the barrier drains or resets waits for the next round. A barrier lives by value
 * wherever the user puts it and needs neither a loop nor memory. Once tasks have waited, it belongs
 * to their loop.
 *
 * Follows asyncio.Barrier.
 */
#ifndef OURO_BARRIER_H
#define OURO_BARRIER_H

#include "ouro/condition.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The fields are private. It must not be moved, or go out of scope, while a task waits for it. */
typedef struct ouro_barrier {
    ouro_condition condition_;
    int parties_;
    int count_; /* tasks in the barrier */
    uint8_t state_;
} ouro_barrier;

/* A barrier for `parties` tasks, from 1 up. */
#define OURO_BARRIER_INIT(parties)                                                                 \
    {                                                                                              \
        .parties_ = (parties)                                                                      \
    }

/* Prepares a barrier for `parties` tasks.
 * Returns: 0; -EINVAL if `parties` is less than 1. Follows Barrier(parties). */
OURO_CHECKED OURO_API int ouro_barrier_init(ouro_barrier *barrier, int parties);

/* Waits until `parties` tasks do.
 * Returns: a number that is different for each of them, from 0 to parties - 1;
 * OURO_EBROKENBARRIER if it is broken, or was aborted or reset meanwhile; -ECANCELED;
 * OURO_EWRONGLOOP; -EINVAL for NULL or less than one party; OURO_ENOTASK.
 * Suspends: until all are there, and before while the last round drains; not at all for who comes
 * last.   Cancelled: the task leaves the barrier; the others wait on.
 * Follows Barrier.wait. */
OURO_SUSPENDS OURO_API int ouro_barrier_wait(ouro_barrier *barrier);

/* Brings the barrier back to its first state, also from a broken one. Who waits in it gets
 * OURO_EBROKENBARRIER.
 * Returns: 0; -ECANCELED; OURO_EWRONGLOOP; -EINVAL for NULL; OURO_ENOTASK.
 * Suspends: while others enter or leave the barrier.   Cancelled: nothing has changed.
 * Follows Barrier.reset. */
OURO_SUSPENDS OURO_API int ouro_barrier_reset(ouro_barrier *barrier);

/* Breaks the barrier: who waits in it, and who comes, gets OURO_EBROKENBARRIER.
 * Returns: 0; -ECANCELED; OURO_EWRONGLOOP; -EINVAL for NULL; OURO_ENOTASK.
 * Suspends: while others enter or leave the barrier.   Cancelled: nothing has changed.
 * Follows Barrier.abort. */
OURO_SUSPENDS OURO_API int ouro_barrier_abort(ouro_barrier *barrier);

/* Returns for how many tasks the barrier is. Follows Barrier.parties. */
OURO_API int ouro_barrier_parties(const ouro_barrier *barrier);

/* Returns how many tasks wait for the others; 0 while they leave. Follows Barrier.n_waiting. */
OURO_API int ouro_barrier_n_waiting(const ouro_barrier *barrier);

/* Returns true if the barrier is broken. Follows Barrier.broken. */
OURO_API bool ouro_barrier_broken(const ouro_barrier *barrier);

#ifdef __cplusplus
}
#endif

#endif
