/* Semaphores: at most so many tasks at a time.
 *
 *     static ouro_semaphore slots = OURO_SEMAPHORE_INIT(10);    slots = asyncio.Semaphore(10)
 *
 *     int status = 0;
 *     ouro_with_semaphore(&slots, &status) {                    async with slots:
 *         status = fetch(url);
 *     }
 *
 * A semaphore holds a number of tokens. Who acquires takes one, and tokens go to those who wait in
 * the order in which they came. A bounded semaphore refuses a release that would give it more
 * tokens than it had at first. It lives by value wherever the user puts it and needs neither a loop
 * nor memory; all zero is one without tokens. Once tasks have waited, it belongs to their loop.
 *
 * Follows asyncio.Semaphore and asyncio.BoundedSemaphore.
 */
#ifndef OURO_SEMAPHORE_H
#define OURO_SEMAPHORE_H

#include "ouro/base.h"
#include "ouro/coroutine.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The fields are private. It must not be moved, or go out of scope, while a task waits for it. */
typedef struct ouro_semaphore {
    ouro_waiters waiters_;
    int64_t value_;
    int64_t bound_; /* of a bounded one */
    bool is_bounded_;
} ouro_semaphore;

/* A semaphore with `value` tokens, from 0 up. */
#define OURO_SEMAPHORE_INIT(value)                                                                 \
    {                                                                                              \
        .value_ = (value)                                                                          \
    }

/* The same, bounded to that number. */
#define OURO_BOUNDED_SEMAPHORE_INIT(value)                                                         \
    {                                                                                              \
        .value_ = (value), .bound_ = (value), .is_bounded_ = true                                  \
    }

/* Prepares a semaphore with `value` tokens.
 * Returns: 0; -EINVAL if `value` is negative, and the semaphore has none then.
 * Follows Semaphore(value). */
OURO_CHECKED OURO_API int ouro_semaphore_init(ouro_semaphore *semaphore, int value);

/* The same for a semaphore that is bounded to that number. Follows BoundedSemaphore(value). */
OURO_CHECKED OURO_API int ouro_bounded_semaphore_init(ouro_semaphore *semaphore, int value);

/* Takes a token.
 * Returns: 0; -ECANCELED; OURO_EWRONGLOOP; -EINVAL for NULL or a negative initial value;
 * OURO_ENOTASK where it would have to wait outside a task.
 * Suspends: until there is a token and it is this task's turn; not at all if there is one and
 * nobody waits.   Cancelled: no token was taken; one that had been granted goes to who waits next.
 * Follows Semaphore.acquire. */
OURO_SUSPENDS OURO_API int ouro_semaphore_acquire(ouro_semaphore *semaphore);

/* Gives a token back, or one more; if somebody waits it is granted at once to who has waited
 * longest.
 * Returns: 0; OURO_EOVERRELEASE if the semaphore is bounded and has all its tokens; -EINVAL for
 * NULL or a negative initial value. Follows Semaphore.release and BoundedSemaphore.release. */
OURO_API int ouro_semaphore_release(ouro_semaphore *semaphore);

/* Returns true if a task would have to wait: there is no token, or others wait already.
 * Follows Semaphore.locked. */
OURO_API bool ouro_semaphore_locked(const ouro_semaphore *semaphore);

#ifndef __cplusplus

/* Private: what a block holds. */
typedef struct ouro_semaphore_block {
    ouro_semaphore *semaphore_;
    int *status_;
    uint8_t state_;
} ouro_semaphore_block;

/* Private: the two halves of the block form. */
OURO_API bool ouro_semaphore_block_(ouro_semaphore_block *block);
OURO_API void ouro_semaphore_block_exit_(ouro_semaphore_block *block);

#define OURO_SEMAPHORE_BLOCK_(block, semaphore, status)                                            \
    for (ouro_semaphore_block block                                                                \
         __attribute__((cleanup(ouro_semaphore_block_exit_))) = { .semaphore_ = (semaphore),       \
                                                                  .status_ = (status) };           \
         ouro_semaphore_block_(&block);)

/* ouro_with_semaphore(&semaphore, &status) { ... }
 * Holds a token in the block, which may be left by break, return and goto, never by longjmp. If
 * none can be had, the block is skipped and `status` tells why; else `status` stays what the block
 * makes it. */
#define ouro_with_semaphore(semaphore, status)                                                     \
    OURO_SEMAPHORE_BLOCK_(OURO_JOIN2_(ouro_semaphore_, __LINE__), semaphore, status)

#endif

#ifdef __cplusplus
}
#endif

#endif
