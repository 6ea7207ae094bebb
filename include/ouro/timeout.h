/* Timeouts: a limit on the time that a block may take.
 *
 *     int status = 0;
 *     ouro_with_timeout(&status, 5.0) {
 *         status = talk_to(peer);
 *     }
 *     if (status == -ETIMEDOUT) ...
 *
 * When time is up the task is cancelled; leaving the block turns that -ECANCELED into -ETIMEDOUT,
 * unless the task was also cancelled by somebody else: then the cancel passes through. Timeouts
 * nest. The block is a shorthand for ouro_timeout_enter and ouro_timeout_exit, which work in C++
 * too. It may be left by break, return and goto, never by longjmp; the value of a `return` inside
 * it is computed before the timeout ends, so that it may still be -ECANCELED. OURO_TRY is such a
 * return: inside the block assign to `status`, and look at it after the block.
 *
 * Follows asyncio.timeout, timeout_at and Timeout.
 */
#ifndef OURO_TIMEOUT_H
#define OURO_TIMEOUT_H

#include "ouro/base.h"
#include "ouro/coroutine.h"
#include "ouro/handle.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A timeout, by value in the frame that enters it; `{ 0 }` at first. The fields are private. */
typedef struct ouro_timeout {
    ouro_scope scope_;
    ouro_timer_entry timer_;
    int *status_; /* of the block form */
    uint8_t state_;
} ouro_timeout;

/* Begins a limit of `delay` seconds from now; OURO_FOREVER sets none yet. Costs a few nanoseconds
 * as long as the task does not suspend: no timer is armed before that.
 * `timeout` must stay where it is until the exit, in the frame of this task.
 * Returns: 0; -EINVAL for NaN; OURO_EINVALIDSTATE if it is entered already; OURO_ENOTASK.
 * Follows asyncio.timeout. */
OURO_CHECKED OURO_API int ouro_timeout_enter(ouro_timeout *timeout, double delay);

/* The same with the loop time at which it is over. Follows asyncio.timeout_at. */
OURO_CHECKED OURO_API int ouro_timeout_enter_at(ouro_timeout *timeout, double when);

/* Ends the limit. `status` is what the block came to.
 * Returns: -ETIMEDOUT if the time was up and `status` is the -ECANCELED that came of it; else
 * `status`. OURO_EINVALIDSTATE if it was not entered, or by another task: nothing has changed then.
 * OURO_ENOTNESTED if a timeout, task group or cancel scope that was entered later is still open:
 * the limit has ended all the same. A task must leave all its scopes before it ends, or the program
 * is aborted. */
OURO_CHECKED OURO_API int ouro_timeout_exit(ouro_timeout *timeout, int status);

/* Moves the end to the loop time `when`; OURO_FOREVER removes it.
 * Returns: 0; OURO_EINVALIDSTATE before the entry, after the exit or after it has expired; -EINVAL.
 * Follows Timeout.reschedule. */
OURO_CHECKED OURO_API int ouro_timeout_reschedule(ouro_timeout *timeout, double when);

/* Returns the loop time at which time is up, or OURO_FOREVER. Follows Timeout.when. */
OURO_API double ouro_timeout_when(const ouro_timeout *timeout);

/* Returns true once time was up. Follows Timeout.expired. */
OURO_API bool ouro_timeout_expired(const ouro_timeout *timeout);

#ifndef __cplusplus

/* Private: the two halves of the block form. The first returns its timeout, or NULL if that could
 * not be entered; it needs nothing initialised but sets what the second reads. */
OURO_API ouro_timeout *ouro_timeout_block_(ouro_timeout *timeout, int *status, double delay);
OURO_API ouro_timeout *ouro_timeout_block_at_(ouro_timeout *timeout, int *status, double when);
OURO_API void ouro_timeout_block_exit_(ouro_timeout *timeout);

/* A loop of one round. Its second variable is NULL after that, or when there is to be none. */
#define OURO_TIMEOUT_BLOCK_(timeout, enter, status, seconds)                                       \
    for (ouro_timeout timeout __attribute__((cleanup(ouro_timeout_block_exit_))),                  \
         *timeout##_once = enter(&timeout, (status), (seconds));                                   \
         timeout##_once != NULL; timeout##_once = NULL)

/* ouro_with_timeout(&status, delay) { ... }
 * If the timeout cannot be entered, the block is skipped and `status` tells why. */
#define ouro_with_timeout(status, delay)                                                           \
    ouro_with_timeout_as(OURO_JOIN2_(ouro_timeout_, __LINE__), status, delay)
#define ouro_with_timeout_at(status, when)                                                         \
    ouro_with_timeout_at_as(OURO_JOIN2_(ouro_timeout_, __LINE__), status, when)

/* The same with a name, for ouro_timeout_reschedule(&name, ...) and the like inside. */
#define ouro_with_timeout_as(name, status, delay)                                                  \
    OURO_TIMEOUT_BLOCK_(name, ouro_timeout_block_, status, delay)
#define ouro_with_timeout_at_as(name, status, when)                                                \
    OURO_TIMEOUT_BLOCK_(name, ouro_timeout_block_at_, status, when)

#endif

#ifdef __cplusplus
}
#endif

#endif
