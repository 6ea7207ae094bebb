/* Waiting for some of several futures, and waiting with a limit.
 *
 *     ouro_task *tasks[2] = { ... };
 *     int done = OURO_TRY(ouro_wait(tasks, 2, .return_when = OURO_FIRST_COMPLETED));
 *
 *     int status = ouro_wait_for(fetch_coro("a", 80), 5.0);           -ETIMEDOUT after five seconds
 *
 * Follows asyncio.wait and asyncio.wait_for.
 */
#ifndef OURO_WAIT_H
#define OURO_WAIT_H

#include "ouro/gather.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum ouro_return_when {
    OURO_ALL_COMPLETED = 0,
    OURO_FIRST_COMPLETED,
    OURO_FIRST_EXCEPTION, /* a cancelled future does not count as a failure */
} ouro_return_when;

typedef struct ouro_wait_options {
    ouro_future *const *futures; /* tasks and futures; a future may stand there twice */
    size_t count;
    ouro_return_when return_when;
    double timeout; /* seconds; 0: no limit; to look once, pass a negative number */
    size_t size_;
} ouro_wait_options;

/* Waits until as many of the futures are done as `return_when` says, or the timeout is over. Never
 * cancels a future, and a timeout is no error: ouro_future_done tells which are done.
 * Returns: how many different futures are done; -EINVAL for an empty set, a NULL or NaN;
 * -ECANCELED; OURO_EWRONGLOOP.
 * Suspends: always, at least for one iteration.   Cancelled: the futures are left alone. */
OURO_SUSPENDS OURO_API int ouro_wait_with(const ouro_wait_options *options);

/* Awaits `awaitable`, at most `timeout` seconds; OURO_FOREVER waits without a limit. A coroutine
 * runs in the caller's own task. When time is up it is cancelled and waited for, so the call may
 * take longer.
 * Returns: as ouro_await; -ETIMEDOUT; -EINVAL for NaN. With a timeout of 0 or less a done future
 * gives its result, and anything else is cancelled without being started.
 * Suspends: as the awaitable does.   Cancelled: the awaitable is cancelled, and waited for. */
OURO_SUSPENDS OURO_API int ouro_wait_for_with(const ouro_awaitable *awaitable, double timeout);

#ifndef __cplusplus
/* ouro_wait(futures, count, .return_when = ..., .timeout = ...) */
#define ouro_wait(...)                                                                             \
    ouro_wait_with(&(ouro_wait_options) { __VA_ARGS__, .size_ = sizeof(ouro_wait_options) })
#define ouro_wait_for(object, timeout_)                                                            \
    ouro_wait_for_with(&(ouro_awaitable[]) { OURO_AWAITABLE(object) }[0], (timeout_))
#endif

#ifdef __cplusplus
}
#endif

#endif
