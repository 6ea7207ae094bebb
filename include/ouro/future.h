/* Futures: results that are not there yet.
 *
 *     ouro_future *future = ouro_create_future();
 *     ...                                     some callback: ouro_future_set_result(future, p)
 *     OURO_TRY(ouro_await(future));
 *     p = ouro_future_value(future);
 *     ouro_future_unref(future);
 *
 * Every task is a future. Completing a future runs nothing by itself: each waiting task and each
 * done callback is scheduled, in the order in which they came, and runs in the loop's next
 * iteration. A future is counted: who creates it holds the first reference.
 *
 * Follows asyncio.Future.
 */
#ifndef OURO_FUTURE_H
#define OURO_FUTURE_H

#include "ouro/base.h"
#include "ouro/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Called from the loop after `future` is done; `future` is borrowed for the time of the call. */
typedef void ouro_done_callback(ouro_future *future, void *arg);

/* Creates a pending future of the running loop. The caller owns the reference.
 * Returns: NULL with the reason in ouro_error_detail: no running loop, or out of memory. */
OURO_API ouro_future *ouro_create_future(void);

/* Takes one more reference. Returns `future`. NULL is allowed. */
OURO_API ouro_future *ouro_future_ref(ouro_future *future);

/* Gives a reference back. A failure that nobody has read by then is reported to the loop's
 * exception handler. Dropping a running task does not cancel it: the loop holds it until it is
 * done. Returns NULL. NULL is allowed. */
OURO_API ouro_future *ouro_future_unref(ouro_future *future);

/* Waits until `future` (or task) is done. Cancelling the waiting task cancels `future`; ouro_shield
 * prevents that. A reference to `future` is held meanwhile.
 * Returns: the future's status: >= 0 a result, -ECANCELED if it was cancelled, or its error, whose
 * detail is then the caller's; -EDEADLK for a task that awaits itself; OURO_EWRONGLOOP;
 * OURO_ENOTASK; for NULL, as a failed ouro_create_task returns it, the error of that failure.
 * Suspends: until the future is done, not at all if it is.
 * Cancelled: the future is cancelled too, and its outcome returned. */
OURO_SUSPENDS OURO_API int ouro_await(ouro_future *future);

/* The same for a future that stands for an operation which has taken or done something by the time
 * that it is done: a cancel that comes after that, and before the task runs, does not replace the
 * outcome. It stays pending for the next call that suspends. For functions that wrap such an
 * operation.
 * Returns: as ouro_await.
 * Suspends: until the future is done, not at all if it is.
 * Cancelled: a future that is pending is cancelled too, and its outcome returned. */
OURO_SUSPENDS OURO_API int ouro_await_outcome(ouro_future *future);

/* Completes the future with a result: status 0 and a value that the library never follows.
 * Returns: 0; OURO_EINVALIDSTATE if it is done already, -EINVAL for a task.
 * Follows Future.set_result. */
OURO_CHECKED OURO_API int ouro_future_set_result(ouro_future *future, void *value);

/* Completes the future with an error `status` < 0; -ECANCELED cancels it. The detail of the calling
 * task's last failure goes with it, if that has the same status.
 * Returns: 0; OURO_EINVALIDSTATE if it is done already; -EINVAL for a task or a status >= 0.
 * Follows Future.set_exception. */
OURO_CHECKED OURO_API int ouro_future_set_exception(ouro_future *future, int status);

/* Cancels a future, or asks a task to cancel itself (ouro_task_cancel). `message` may be NULL and
 * is copied.
 * Returns: true; false if it was done already. Follows Future.cancel. */
OURO_API bool ouro_future_cancel(ouro_future *future, const char *message);

/* Returns true if the future has a result, an error, or was cancelled. Follows Future.done. */
OURO_API bool ouro_future_done(const ouro_future *future);

/* Returns true if the future was cancelled. Follows Future.cancelled. */
OURO_API bool ouro_future_cancelled(const ouro_future *future);

/* Reads the status. An error read so is not reported as never retrieved.
 * Returns: >= 0 a result; the error; -ECANCELED if cancelled; OURO_EINVALIDSTATE while pending.
 * Follows Future.result. */
OURO_API int ouro_future_result(ouro_future *future);

/* Returns the value that ouro_future_set_result was given; NULL where there is none. */
OURO_API void *ouro_future_value(const ouro_future *future);

/* Reads the error: NULL for a result and while pending. The error lives as long as the future.
 * Follows Future.exception. */
OURO_API const ouro_error *ouro_future_exception(ouro_future *future);

typedef struct ouro_done_callback_options {
    ouro_done_callback *callback;
    void *arg;
    ouro_context *context; /* used, not copied; default a copy of the current one */
    size_t size_;
} ouro_done_callback_options;

/* Calls `callback(future, arg)` from the loop once the future is done, in the iteration after that;
 * also if it is done already: ouro_future_add_done_callback(future, callback, arg).
 * Returns: 0; -ENOMEM; -EINVAL. Follows Future.add_done_callback. */
OURO_CHECKED OURO_API int
ouro_future_add_done_callback_with(ouro_future *future, const ouro_done_callback_options *options);

#ifndef __cplusplus
#define ouro_future_add_done_callback(future, ...)                                                 \
    ouro_future_add_done_callback_with(                                                            \
        (future), &(ouro_done_callback_options) { __VA_ARGS__,                                     \
                                                  .size_ = sizeof(ouro_done_callback_options) })
#endif

/* Removes every callback that was added with these two and has not been scheduled.
 * Returns: how many. Follows Future.remove_done_callback. */
OURO_API int ouro_future_remove_done_callback(ouro_future *future, ouro_done_callback *callback,
                                              void *arg);

/* Returns the loop that the future belongs to. Follows Future.get_loop. */
OURO_API ouro_loop *ouro_future_get_loop(const ouro_future *future);

#ifdef __cplusplus
}
#endif

#endif
