/* Timeouts. The states are asyncio's: entered, expiring, expired, finished. */
#include "ouro/timeout.h"

#include "base/time.h"
#include "loop/park.h"
#include "loop/timer.h"

#include <errno.h>

enum timeout_state {
    TIMEOUT_CREATED = 0,
    TIMEOUT_ENTERED,
    TIMEOUT_EXPIRING, /* the task was cancelled for it */
    TIMEOUT_EXPIRED,
    TIMEOUT_FINISHED,
};

static void time_is_up(ouro_runnable *runnable)
{
    ouro_timer_entry *timer = container_of(runnable, ouro_timer_entry, runnable_);
    ouro_timeout *timeout = container_of(timer, ouro_timeout, timer_);

    timer->runnable_.run_ = NULL;
    timeout->state_ = TIMEOUT_EXPIRING;
    (void) ouro_task_cancel(timeout->task_, NULL);
}

/* The timer is armed exactly while it has something to run. */
static bool is_armed(const ouro_timeout *timeout)
{
    return timeout->timer_.runnable_.run_ != NULL;
}

static void disarm(ouro_timeout *timeout)
{
    if (is_armed(timeout))
        timer_disarm(timeout->task_->loop, &timeout->timer_);
    timeout->timer_.runnable_.run_ = NULL;
}

/* Arms the timer for a loop time. A time already past expires in the next iteration, never at once.
 */
static void arm(ouro_timeout *timeout, int64_t deadline)
{
    ouro_loop *loop = timeout->task_->loop;

    timeout->when_ = time_to_seconds(deadline);
    if (deadline == INT64_MAX) {
        timeout->when_ = OURO_FOREVER;
        return;
    }
    timeout->timer_.runnable_.link_.next_ = NULL;
    timeout->timer_.runnable_.run_ = time_is_up;
    if (deadline <= loop_now(loop))
        loop_make_ready(loop, &timeout->timer_.runnable_);
    else
        timer_arm(loop, &timeout->timer_, deadline);
}

static int enter(ouro_timeout *timeout, double seconds, bool is_delay)
{
    int status;
    struct task *task = ouro__task_required("timeout", &status);
    int64_t deadline;

    if (timeout == NULL)
        return ouro_error_set(-EINVAL, "timeout", "there is no place for the timeout: NULL");
    if (task == NULL)
        return status;
    if (timeout->state_ == TIMEOUT_ENTERED || timeout->state_ == TIMEOUT_EXPIRING)
        return ouro_error_set(OURO_EINVALIDSTATE, "timeout",
                              "the timeout is entered already, or was not zero at first");
    if (time_from_seconds(seconds, &deadline) < 0)
        return ouro_error_set(-EINVAL, "timeout", "the time is not a number (NaN)");
    if (is_delay)
        deadline = time_add(loop_now(task->future.loop), deadline);
    timeout->task_ = &task->future;
    timeout->cancelling_ = (int) task->cancel_requests;
    timeout->state_ = TIMEOUT_ENTERED;
    timeout->timer_.runnable_.run_ = NULL;
    arm(timeout, deadline);
    return 0;
}

int ouro_timeout_enter(ouro_timeout *timeout, double delay)
{
    return enter(timeout, delay, true);
}

int ouro_timeout_enter_at(ouro_timeout *timeout, double when)
{
    return enter(timeout, when, false);
}

int ouro_timeout_exit(ouro_timeout *timeout, int status)
{
    int remaining;

    if (timeout == NULL ||
        (timeout->state_ != TIMEOUT_ENTERED && timeout->state_ != TIMEOUT_EXPIRING))
        return ouro_error_set(OURO_EINVALIDSTATE, "timeout", "the timeout was not entered");
    disarm(timeout);
    if (timeout->state_ == TIMEOUT_ENTERED) {
        timeout->state_ = TIMEOUT_FINISHED;
        return status;
    }
    timeout->state_ = TIMEOUT_EXPIRED;
    remaining = ouro_task_uncancel(timeout->task_);
    if (remaining <= timeout->cancelling_ && status == -ECANCELED)
        return ouro_error_set(-ETIMEDOUT, "timeout", "the time limit was reached");
    return status;
}

int ouro_timeout_reschedule(ouro_timeout *timeout, double when)
{
    int64_t deadline;

    if (timeout == NULL || timeout->state_ != TIMEOUT_ENTERED)
        return ouro_error_set(OURO_EINVALIDSTATE, "reschedule",
                              "only a timeout that is entered and has not expired can be moved");
    if (time_from_seconds(when, &deadline) < 0)
        return ouro_error_set(-EINVAL, "reschedule", "the time is not a number (NaN)");
    disarm(timeout);
    arm(timeout, deadline);
    return 0;
}

double ouro_timeout_when(const ouro_timeout *timeout)
{
    return timeout != NULL && timeout->state_ != TIMEOUT_CREATED ? timeout->when_ : OURO_FOREVER;
}

bool ouro_timeout_expired(const ouro_timeout *timeout)
{
    return timeout != NULL &&
           (timeout->state_ == TIMEOUT_EXPIRING || timeout->state_ == TIMEOUT_EXPIRED);
}

/* The condition of the block's loop: enters the first time, ends the loop the second time. */
static bool block(ouro_timeout *timeout, double seconds, bool is_delay)
{
    int status;

    if (timeout->state_ != TIMEOUT_CREATED)
        return false;
    status = enter(timeout, seconds, is_delay);
    if (status < 0)
        *timeout->status_ = status;
    return status == 0;
}

bool ouro_timeout_block_(ouro_timeout *timeout, double delay)
{
    return block(timeout, delay, true);
}

bool ouro_timeout_block_at_(ouro_timeout *timeout, double when)
{
    return block(timeout, when, false);
}

void ouro_timeout_block_exit_(ouro_timeout *timeout)
{
    if (timeout->state_ == TIMEOUT_ENTERED || timeout->state_ == TIMEOUT_EXPIRING)
        *timeout->status_ = ouro_timeout_exit(timeout, *timeout->status_);
}
