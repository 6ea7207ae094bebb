/* Capacity limiters: semaphores that know who holds their tokens, and whose number can be changed.
 *
 *     static ouro_capacity_limiter limiter = OURO_CAPACITY_LIMITER_INIT(40);
 *
 *     OURO_TRY(ouro_capacity_limiter_acquire(&limiter));
 *     int status = fetch(url);
 *     OURO_TRY(ouro_capacity_limiter_release(&limiter));
 *
 * A borrower holds at most one token: a task, or whatever a pointer stands for (a request, a
 * connection). Only who holds one can give it back. Tokens go to those who wait in the order in
 * which they came. It lives by value wherever the user puts it and needs no loop; all zero is one
 * without tokens. With more than four borrowers it has memory, which is freed when the last
 * token is back. Once tasks have waited, it belongs to their loop.
 *
 * An extra beside asyncio's names; follows anyio.CapacityLimiter.
 */
#ifndef OURO_LIMITER_H
#define OURO_LIMITER_H

#include "ouro/base.h"
#include "ouro/coroutine.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Private: who holds a token, or waits for one. */
typedef struct ouro_borrower {
    const void *borrower_;
    bool holds_;
    bool is_on_its_way_; /* the token, to a task that was woken for it */
} ouro_borrower;

/* Private: half as many borrowers need no memory beside the limiter. */
#define OURO_BORROWERS_INLINE_ 8

/* The fields are private. It must not be moved, or go out of scope, while anybody holds a token or
 * waits for one. */
typedef struct ouro_capacity_limiter {
    ouro_waiters waiters_;
    size_t total_;
    size_t borrowed_;
    size_t known_;         /* borrowers in the table, those who wait included */
    size_t capacity_;      /* of `table_`; 0: `inline_` is used */
    ouro_borrower *table_; /* open addressing */
    ouro_borrower inline_[OURO_BORROWERS_INLINE_];
} ouro_capacity_limiter;

/* A limiter with `total` tokens; SIZE_MAX sets no limit. */
#define OURO_CAPACITY_LIMITER_INIT(total)                                                          \
    {                                                                                              \
        .total_ = (total)                                                                          \
    }

/* Prepares a limiter with `total` tokens. */
OURO_API void ouro_capacity_limiter_init(ouro_capacity_limiter *limiter, size_t total);

/* Borrows a token for the current task.
 * Returns: 0; -ECANCELED; OURO_EINUSE if the task holds one already; OURO_EWRONGLOOP; -ENOMEM;
 * -EINVAL for NULL; OURO_ENOTASK.
 * Suspends: until there is a token and it is this task's turn; not at all if there is one and
 * nobody waits.   Cancelled: no token is held; one that had been granted goes to who waits next. */
OURO_SUSPENDS OURO_API int ouro_capacity_limiter_acquire(ouro_capacity_limiter *limiter);

/* The same without waiting.
 * Returns: -EAGAIN where ouro_capacity_limiter_acquire would wait. */
OURO_CHECKED OURO_API int ouro_capacity_limiter_acquire_nowait(ouro_capacity_limiter *limiter);

/* Borrows a token for `borrower`: a pointer that is compared and never followed.
 * Returns: as ouro_capacity_limiter_acquire; OURO_EINUSE also if the borrower waits already.
 * Suspends: as ouro_capacity_limiter_acquire.   Cancelled: as ouro_capacity_limiter_acquire. */
OURO_SUSPENDS OURO_API int
ouro_capacity_limiter_acquire_on_behalf_of(ouro_capacity_limiter *limiter, const void *borrower);

/* The same without waiting; needs no task.
 * Returns: -EAGAIN where the other would wait. */
OURO_CHECKED OURO_API int
ouro_capacity_limiter_acquire_on_behalf_of_nowait(ouro_capacity_limiter *limiter,
                                                  const void *borrower);

/* Gives the current task's token back.
 * Returns: 0; OURO_EOVERRELEASE if it holds none; -EINVAL for NULL; OURO_ENOTASK. */
OURO_API int ouro_capacity_limiter_release(ouro_capacity_limiter *limiter);

/* Gives the token of `borrower` back.
 * Returns: 0; OURO_EOVERRELEASE if it holds none; -EINVAL for NULL. */
OURO_API int ouro_capacity_limiter_release_on_behalf_of(ouro_capacity_limiter *limiter,
                                                        const void *borrower);

/* Changes the number of tokens. If there are more, those who wait get them; if there are fewer than
 * are borrowed, nobody loses one, and the next are granted when enough have come back. */
OURO_API void ouro_capacity_limiter_set_total_tokens(ouro_capacity_limiter *limiter, size_t total);

/* What a limiter looks like at a moment. */
typedef struct ouro_capacity_limiter_statistics {
    size_t total_tokens;
    size_t borrowed_tokens;
    size_t available_tokens; /* 0 also where more are borrowed than there are by now */
    size_t tasks_waiting;
} ouro_capacity_limiter_statistics;

/* Returns the numbers of a limiter. */
OURO_API ouro_capacity_limiter_statistics
ouro_capacity_limiter_get_statistics(const ouro_capacity_limiter *limiter);

#ifdef __cplusplus
}
#endif

#endif
