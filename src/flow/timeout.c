/* Timeouts. The states are asyncio's: entered, expiring, expired, finished.
 *
 * Cost around a block that does not suspend: some 60 instructions. The timer is only staged, the
 * scope linked into its task; the first one in a step of a task reads the clock besides.
 */
#include "ouro/timeout.h"

#include "flow/deadline.h"
#include "loop/park.h"
#include "loop/scope.h"

#include <errno.h>

enum timeout_state {
    TIMEOUT_CREATED = 0,
    TIMEOUT_EXPIRED,
    TIMEOUT_FINISHED,
    TIMEOUT_ENTERED,
    TIMEOUT_EXPIRING, /* the task was cancelled for it */
};

static void time_is_up(ouro_runnable *runnable)
{
    ouro_timer_entry *timer = container_of(runnable, ouro_timer_entry, runnable_);
    ouro_timeout *timeout = container_of(timer, ouro_timeout, timer_);

    timer->runnable_.run_ = NULL;
    timeout->state_ = TIMEOUT_EXPIRING;
    ouro__scope_request(&timeout->scope_);
}

static bool is_open(const ouro_timeout *timeout)
{
    return timeout->state_ >= TIMEOUT_ENTERED;
}

/* Enters in all cases but the likely one. */
__attribute__((noinline)) static int enter_slowly(ouro_timeout *timeout, double seconds,
                                                  bool is_delay)
{
    int status = 0;
    struct task *task = ouro__task_required("timeout", &status);

    if (timeout == NULL)
        return ouro_error_set(-EINVAL, "timeout", "there is no place for the timeout: NULL");
    if (task == NULL)
        return status;
    if (is_open(timeout))
        return ouro_error_set(OURO_EINVALIDSTATE, "timeout",
                              "the timeout is entered already, or was not zero at first");
    status = deadline_arm(task->future.loop, &timeout->timer_, seconds, is_delay, time_is_up);
    if (status < 0)
        return ouro_error_set(status, "timeout", "the time is not a number (NaN)");
    scope_enter(&timeout->scope_, task, SCOPE_TIMEOUT, 0);
    timeout->state_ = TIMEOUT_ENTERED;
    return 0;
}

/* Enters in the likely case; returns false, and has done nothing, in all others. Inlined into its
 * two callers, the function and the block, which leave the others to a call in tail position and so
 * have nothing to save. */
__attribute__((always_inline)) static inline bool enter_at_once(ouro_timeout *timeout, double delay)
{
    ouro_loop *loop = ouro__loop_current;

    if (__builtin_expect(loop == NULL || loop->current == NULL || timeout == NULL ||
                             is_open(timeout) || !deadline_may_stage(loop, delay),
                         0))
        return false;
    timeout->timer_.runnable_.run_ = time_is_up;
    timer_stage(loop, &timeout->timer_, delay);
    scope_enter(&timeout->scope_, loop->current, SCOPE_TIMEOUT, 0);
    timeout->state_ = TIMEOUT_ENTERED;
    return true;
}

int ouro_timeout_enter(ouro_timeout *timeout, double delay)
{
    return enter_at_once(timeout, delay) ? 0 : enter_slowly(timeout, delay, true);
}

int ouro_timeout_enter_at(ouro_timeout *timeout, double when)
{
    return enter_slowly(timeout, when, false);
}

/* Leaves in all cases but the likely one. */
__attribute__((noinline)) static int leave_slowly(ouro_timeout *timeout, int status)
{
    bool is_expired;
    bool is_own;
    int misuse;

    if (timeout == NULL || !is_open(timeout))
        return ouro_error_set(OURO_EINVALIDSTATE, "timeout",
                              "the timeout was not entered, or has been left");
    if (timeout->scope_.task_ != ouro_current_task())
        return ouro_error_set(OURO_EINVALIDSTATE, "timeout",
                              "only the task that entered a timeout can leave it");
    deadline_disarm(timeout->scope_.task_->loop, &timeout->timer_);
    is_expired = timeout->state_ == TIMEOUT_EXPIRING;
    timeout->state_ = is_expired ? TIMEOUT_EXPIRED : TIMEOUT_FINISHED;
    is_own = is_expired && ouro__scope_take_back(&timeout->scope_);
    misuse = scope_leave(&timeout->scope_);
    if (misuse < 0)
        return misuse;
    if (is_own && status == -ECANCELED)
        return ouro_error_set(-ETIMEDOUT, "timeout", "the time limit was reached");
    return status;
}

/* Leaves in the likely case; returns false, and has done nothing, in all others. */
__attribute__((always_inline)) static inline bool leave_at_once(ouro_timeout *timeout)
{
    struct task *task;
    ouro_loop *loop;

    if (__builtin_expect(timeout == NULL || timeout->state_ != TIMEOUT_ENTERED, 0))
        return false;
    task = scope_task(&timeout->scope_);
    loop = task->future.loop;
    if (__builtin_expect(loop->current != task || task->scope != &timeout->scope_ ||
                             loop->staged != &timeout->timer_.node_,
                         0))
        return false;
    loop->staged = timeout->timer_.node_.staged_.next_;
    task->scope = timeout->scope_.outer_;
    timeout->state_ = TIMEOUT_FINISHED;
    return true;
}

int ouro_timeout_exit(ouro_timeout *timeout, int status)
{
    return leave_at_once(timeout) ? status : leave_slowly(timeout, status);
}

int ouro_timeout_reschedule(ouro_timeout *timeout, double when)
{
    ouro_loop *loop;
    int64_t ignored;

    if (timeout == NULL || timeout->state_ != TIMEOUT_ENTERED)
        return ouro_error_set(OURO_EINVALIDSTATE, "reschedule",
                              "only a timeout that is entered and has not expired can be moved");
    if (time_from_seconds(when, &ignored) < 0)
        return ouro_error_set(-EINVAL, "reschedule", "the time is not a number (NaN)");
    loop = timeout->scope_.task_->loop;
    deadline_disarm(loop, &timeout->timer_);
    return deadline_arm(loop, &timeout->timer_, when, false, time_is_up);
}

double ouro_timeout_when(const ouro_timeout *timeout)
{
    if (timeout == NULL || timeout->state_ == TIMEOUT_CREATED)
        return OURO_FOREVER;
    return time_to_seconds(deadline_of(&timeout->timer_));
}

bool ouro_timeout_expired(const ouro_timeout *timeout)
{
    return timeout != NULL &&
           (timeout->state_ == TIMEOUT_EXPIRING || timeout->state_ == TIMEOUT_EXPIRED);
}

/* The block's timeout is not cleared before: entering sets every field that is read later. */
/* Enters the timeout of a block, which needs nothing initialised. */
__attribute__((noinline)) static ouro_timeout *begin_block(ouro_timeout *timeout, double seconds,
                                                           bool is_delay)
{
    int status = enter_slowly(timeout, seconds, is_delay);

    if (status < 0) {
        *timeout->status_ = status;
        return NULL;
    }
    return timeout;
}

__attribute__((noinline)) static void end_block(ouro_timeout *timeout)
{
    if (is_open(timeout))
        *timeout->status_ = leave_slowly(timeout, *timeout->status_);
}

ouro_timeout *ouro_timeout_block_(ouro_timeout *timeout, int *status, double delay)
{
    timeout->state_ = TIMEOUT_CREATED;
    timeout->status_ = status;
    return enter_at_once(timeout, delay) ? timeout : begin_block(timeout, delay, true);
}

ouro_timeout *ouro_timeout_block_at_(ouro_timeout *timeout, int *status, double when)
{
    timeout->state_ = TIMEOUT_CREATED;
    timeout->status_ = status;
    return begin_block(timeout, when, false);
}

void ouro_timeout_block_exit_(ouro_timeout *timeout)
{
    if (!leave_at_once(timeout))
        end_block(timeout);
}
