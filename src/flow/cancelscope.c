/* Cancel scopes. The level trigger and the shield are in loop/scope.h; here is the object that a
 * task enters, with its deadline and its outcome. */
#include "ouro/cancelscope.h"

#include "flow/deadline.h"
#include "loop/park.h"
#include "loop/scope.h"

#include <errno.h>

enum cancel_scope_state {
    CANCEL_SCOPE_CREATED = 0,
    CANCEL_SCOPE_ENTERED,
    CANCEL_SCOPE_LEFT,
};

static bool is_open(const ouro_cancel_scope *scope)
{
    return scope->state_ == CANCEL_SCOPE_ENTERED;
}

/* Cancels a scope that is entered and was not cancelled. The level is set first: the request finds
 * the task as it is to be found. */
static void cancel_open(ouro_cancel_scope *scope)
{
    scope->is_cancelled_ = true;
    scope->scope_.flags_ |= SCOPE_CANCELLED;
    ouro__scopes_changed(scope_task(&scope->scope_));
    ouro__scope_request(&scope->scope_);
}

static void time_is_up(ouro_runnable *runnable)
{
    ouro_timer_entry *timer = container_of(runnable, ouro_timer_entry, runnable_);
    ouro_cancel_scope *scope = container_of(timer, ouro_cancel_scope, timer_);

    timer->runnable_.run_ = NULL;
    if (scope->is_cancelled_)
        return;
    scope->is_expired_ = true;
    cancel_open(scope);
}

/* Arms the earlier of the two limits; without one the deadline is the time that never comes. */
static int arm(ouro_cancel_scope *scope, ouro_loop *loop, double delay,
               const ouro_cancel_scope_options *options)
{
    double when = options->deadline != 0 ? options->deadline : OURO_FOREVER;
    int64_t by_delay;
    int64_t by_deadline;

    if (options->deadline == 0)
        return deadline_arm(loop, &scope->timer_, delay, true, time_is_up);
    if (time_from_seconds(delay, &by_delay) < 0 || time_from_seconds(when, &by_deadline) < 0)
        return -EINVAL;
    if (time_add(loop_now(loop), by_delay) < by_deadline)
        return deadline_arm(loop, &scope->timer_, delay, true, time_is_up);
    return deadline_arm(loop, &scope->timer_, when, false, time_is_up);
}

static int enter(ouro_cancel_scope *scope, double delay, const ouro_cancel_scope_options *options)
{
    int status = 0;
    struct task *task = ouro__task_required("cancel_scope", &status);

    if (scope == NULL || options == NULL)
        return ouro_error_set(-EINVAL, "cancel_scope", "the scope or its options are NULL");
    if (task == NULL)
        return status;
    if (scope->state_ != CANCEL_SCOPE_CREATED)
        return ouro_error_set(OURO_EINVALIDSTATE, "cancel_scope",
                              "the scope was entered before, or was not zero at first");
    status = arm(scope, task->future.loop, delay, options);
    if (status < 0)
        return ouro_error_set(status, "cancel_scope", "the time is not a number (NaN)");
    scope->ret_caught_ = options->ret_caught;
    if (scope->ret_caught_ != NULL)
        *scope->ret_caught_ = false;
    scope->state_ = CANCEL_SCOPE_ENTERED;
    scope_enter(&scope->scope_, task, SCOPE_CANCEL, 0);
    if (options->shield)
        ouro__scope_shield(&scope->scope_);
    if (scope->is_cancelled_)
        cancel_open(scope);
    return 0;
}

int ouro_cancel_scope_enter_with(ouro_cancel_scope *scope, const ouro_cancel_scope_options *options)
{
    return enter(scope, options != NULL && options->delay != 0 ? options->delay : OURO_FOREVER,
                 options);
}

/* What the exit makes of the block's status, if the scope was cancelled. */
static int translate(ouro_cancel_scope *scope, bool is_own, int status)
{
    if (!is_own || status != -ECANCELED)
        return status;
    scope->is_caught_ = true;
    if (scope->ret_caught_ != NULL)
        *scope->ret_caught_ = true;
    if (scope->fails_ && scope->is_expired_)
        return ouro_error_set(-ETIMEDOUT, "fail_after", "the time limit was reached");
    return 0;
}

int ouro_cancel_scope_exit(ouro_cancel_scope *scope, int status)
{
    int misuse;

    if (scope == NULL || !is_open(scope))
        return ouro_error_set(OURO_EINVALIDSTATE, "cancel_scope",
                              "the scope was not entered, or has been left");
    if (scope->scope_.task_ != ouro_current_task())
        return ouro_error_set(OURO_EINVALIDSTATE, "cancel_scope",
                              "only the task that entered a scope can leave it");
    deadline_disarm(scope->scope_.task_->loop, &scope->timer_);
    scope->state_ = CANCEL_SCOPE_LEFT;
    if (scope->is_cancelled_)
        status = translate(scope, ouro__scope_take_back(&scope->scope_), status);
    misuse = scope_leave(&scope->scope_);
    return misuse < 0 ? misuse : status;
}

void ouro_cancel_scope_cancel(ouro_cancel_scope *scope)
{
    if (scope == NULL || scope->is_cancelled_ || scope->state_ == CANCEL_SCOPE_LEFT)
        return;
    if (!is_open(scope)) {
        scope->is_cancelled_ = true;
        return;
    }
    deadline_disarm(scope->scope_.task_->loop, &scope->timer_);
    cancel_open(scope);
}

int ouro_cancel_scope_reschedule(ouro_cancel_scope *scope, double when)
{
    ouro_loop *loop;
    int64_t ignored;

    if (scope == NULL || !is_open(scope) || scope->is_cancelled_)
        return ouro_error_set(OURO_EINVALIDSTATE, "reschedule",
                              "only a scope that is entered and not cancelled can be moved");
    if (time_from_seconds(when, &ignored) < 0)
        return ouro_error_set(-EINVAL, "reschedule", "the time is not a number (NaN)");
    loop = scope->scope_.task_->loop;
    deadline_disarm(loop, &scope->timer_);
    return deadline_arm(loop, &scope->timer_, when, false, time_is_up);
}

double ouro_cancel_scope_deadline(const ouro_cancel_scope *scope)
{
    if (scope == NULL || scope->state_ == CANCEL_SCOPE_CREATED)
        return OURO_FOREVER;
    return time_to_seconds(deadline_of(&scope->timer_));
}

bool ouro_cancel_scope_cancel_called(const ouro_cancel_scope *scope)
{
    return scope != NULL && scope->is_cancelled_;
}

bool ouro_cancel_scope_cancelled_caught(const ouro_cancel_scope *scope)
{
    return scope != NULL && scope->is_caught_;
}

/* The condition of a block's loop: enters the first time, ends the loop the second time. */
bool ouro_cancel_scope_block_after_(ouro_cancel_scope *scope, double delay,
                                    const ouro_cancel_scope_options *options)
{
    int status;

    if (scope->state_ != CANCEL_SCOPE_CREATED)
        return false;
    status = enter(scope, delay, options);
    if (status < 0)
        *scope->status_ = status;
    return status == 0;
}

bool ouro_cancel_scope_block_(ouro_cancel_scope *scope, const ouro_cancel_scope_options *options)
{
    return ouro_cancel_scope_block_after_(
        scope, options->delay != 0 ? options->delay : OURO_FOREVER, options);
}

void ouro_cancel_scope_block_exit_(ouro_cancel_scope *scope)
{
    if (is_open(scope))
        *scope->status_ = ouro_cancel_scope_exit(scope, *scope->status_);
}
