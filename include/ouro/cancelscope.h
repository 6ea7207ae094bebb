/* Cancel scopes: a block of one task that can be cancelled by itself, and shielded.
 *
 *     int status = 0;
 *     ouro_with_move_on_after(&status, 5.0) {
 *         status = talk_to(peer);               -ECANCELED after five seconds
 *     }
 *     status is 0 if that was the reason: the program moves on
 *
 *     ouro_with_cancel_scope(scope, &status, .shield = true) {
 *         ouro_loop_call_later(loop, 2.0, give_up, &scope);  calls ouro_cancel_scope_cancel(&scope)
 *         status = say_goodbye(peer);           is not disturbed by a cancel from outside
 *     }
 *
 * A scope that was cancelled is level-triggered: until it is left, EVERY call of its task that
 * suspends inside returns -ECANCELED, cleanup included. (A timeout, and ouro_task_cancel, are
 * edge-triggered as in asyncio: told once.) Leaving the scope turns the -ECANCELED that came of it
 * into success; any other status passes through, and so does an -ECANCELED if the task was also
 * cancelled by somebody else. What the scope reaches is its task, not tasks started inside: a task
 * group inside is left by -ECANCELED and cancels its tasks, as always.
 *
 * With `.shield` nothing from outside is delivered inside: no cancel of the task, no timeout, group
 * or cancel scope around it. Such requests are counted (ouro_task_cancelling), and delivered by the
 * first call that suspends after the scope was left. The scope's own cancel and deadline work, and
 * so do scopes entered inside. Cleanup that has to wait belongs into a shield with a deadline.
 *
 * The block may be left by break, return and goto, never by longjmp; the value of a `return` inside
 * it is computed before the scope ends.
 *
 * An extra beside asyncio's names: what Trio and AnyIO call CancelScope, move_on_after, fail_after.
 */
#ifndef OURO_CANCELSCOPE_H
#define OURO_CANCELSCOPE_H

#include "ouro/base.h"
#include "ouro/coroutine.h"
#include "ouro/handle.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A cancel scope, by value in the frame that enters it; `{ 0 }` at first. The fields are private.
 */
typedef struct ouro_cancel_scope {
    ouro_scope scope_;
    ouro_timer_entry timer_;
    int *status_; /* of the block form */
    bool *ret_caught_;
    uint8_t state_;
    bool fails_; /* -ETIMEDOUT instead of success */
    bool is_cancelled_;
    bool is_expired_; /* cancelled by the deadline */
    bool is_caught_;
} ouro_cancel_scope;

typedef struct ouro_cancel_scope_options {
    bool shield;      /* nothing from outside is delivered inside */
    double delay;     /* seconds until the scope is cancelled; 0: no limit; at once: negative */
    double deadline;  /* the same as a loop time; the earlier of the two holds */
    bool *ret_caught; /* at the exit: as ouro_cancel_scope_cancelled_caught */
    size_t size_;
} ouro_cancel_scope_options;

/* Enters a scope: ouro_cancel_scope_enter(&scope, .shield = ..., .deadline = ...). `scope` must
 * stay where it is until the exit, in the frame of this task.
 * Returns: 0; -EINVAL for NaN; OURO_EINVALIDSTATE if it was entered before; OURO_ENOTASK. */
OURO_CHECKED OURO_API int ouro_cancel_scope_enter_with(ouro_cancel_scope *scope,
                                                       const ouro_cancel_scope_options *options);

/* Leaves a scope. `status` is what the block came to.
 * Returns: 0 in place of the -ECANCELED that the scope has caused; else `status`.
 * OURO_EINVALIDSTATE if it is not entered, or by another task: nothing has changed then.
 * OURO_ENOTNESTED if a timeout, task group or cancel scope that was entered later is still open:
 * the scope has been left all the same. A task must leave all its scopes before it ends, or the
 * program is aborted. */
OURO_CHECKED OURO_API int ouro_cancel_scope_exit(ouro_cancel_scope *scope, int status);

/* Cancels a scope, from its task, another one or a callback of the loop. Before the entry it takes
 * effect at the entry; after the exit, and the second time, it does nothing. */
OURO_API void ouro_cancel_scope_cancel(ouro_cancel_scope *scope);

/* Moves the deadline to the loop time `when`; OURO_FOREVER removes it.
 * Returns: 0; OURO_EINVALIDSTATE before the entry, after the exit or when it was cancelled;
 * -EINVAL for NaN. */
OURO_CHECKED OURO_API int ouro_cancel_scope_reschedule(ouro_cancel_scope *scope, double when);

/* Returns the loop time of the deadline, or OURO_FOREVER. */
OURO_API double ouro_cancel_scope_deadline(const ouro_cancel_scope *scope);

/* Returns true once the scope was cancelled, by whatever. */
OURO_API bool ouro_cancel_scope_cancel_called(const ouro_cancel_scope *scope);

/* Returns true if the exit has turned an -ECANCELED of the scope's own into success. */
OURO_API bool ouro_cancel_scope_cancelled_caught(const ouro_cancel_scope *scope);

#ifndef __cplusplus

#define ouro_cancel_scope_enter(...) OURO_CANCEL_SCOPE_ENTER_(__VA_ARGS__, .size_ = 0)
#define OURO_CANCEL_SCOPE_ENTER_(scope, ...)                                                       \
    ouro_cancel_scope_enter_with((scope), &(ouro_cancel_scope_options) { __VA_ARGS__ })

/* Private: the two halves of the block forms. */
OURO_API bool ouro_cancel_scope_block_(ouro_cancel_scope *scope,
                                       const ouro_cancel_scope_options *options);
OURO_API bool ouro_cancel_scope_block_after_(ouro_cancel_scope *scope, double delay,
                                             const ouro_cancel_scope_options *options);
OURO_API void ouro_cancel_scope_block_exit_(ouro_cancel_scope *scope);

#define OURO_CANCEL_SCOPE_BLOCK_(name, status, fails, again)                                       \
    for (ouro_cancel_scope name                                                                    \
         __attribute__((cleanup(ouro_cancel_scope_block_exit_))) = { .status_ = (status),          \
                                                                     .fails_ = (fails) };          \
         again;)
#define OURO_CANCEL_SCOPE_AFTER_(name, fails, status, delay_, ...)                                 \
    OURO_CANCEL_SCOPE_BLOCK_(name, status, fails,                                                  \
                             ouro_cancel_scope_block_after_(                                       \
                                 &name, (delay_), &(ouro_cancel_scope_options) { __VA_ARGS__ }))
#define OURO_CANCEL_SCOPE_PLAIN_(name, status, ...)                                                \
    OURO_CANCEL_SCOPE_BLOCK_(                                                                      \
        name, status, false,                                                                       \
        ouro_cancel_scope_block_(&name, &(ouro_cancel_scope_options) { __VA_ARGS__ }))

/* ouro_with_cancel_scope(name, &status, .shield = ..., .delay = ...) { ... }
 * If the scope cannot be entered, the block is skipped and `status` tells why. */
#define ouro_with_cancel_scope(...) OURO_CANCEL_SCOPE_PLAIN_(__VA_ARGS__, .size_ = 0)

/* ouro_with_move_on_after(&status, delay, .ret_caught = &caught) { ... }
 * A scope that is cancelled after `delay` seconds; 0 or less: in the next iteration. `status` is 0
 * if that ended the block; `.ret_caught` tells it from another 0. */
#define ouro_with_move_on_after(...)                                                               \
    OURO_CANCEL_SCOPE_AFTER_(OURO_JOIN2_(ouro_cancel_scope_, __LINE__), false, __VA_ARGS__,        \
                             .size_ = 0)
#define ouro_with_move_on_after_as(name, ...)                                                      \
    OURO_CANCEL_SCOPE_AFTER_(name, false, __VA_ARGS__, .size_ = 0)

/* The same, but `status` is -ETIMEDOUT if the delay ended the block. */
#define ouro_with_fail_after(...)                                                                  \
    OURO_CANCEL_SCOPE_AFTER_(OURO_JOIN2_(ouro_cancel_scope_, __LINE__), true, __VA_ARGS__,         \
                             .size_ = 0)
#define ouro_with_fail_after_as(name, ...)                                                         \
    OURO_CANCEL_SCOPE_AFTER_(name, true, __VA_ARGS__, .size_ = 0)

#endif

#ifdef __cplusplus
}
#endif

#endif
