/* Timers: callbacks and wake-ups at a time.
 *
 * A delay counts from the time of the tick, which is read once after each poll, so that what is
 * started together is due together and in the order of its start. Only when a step has run so long
 * that this time has gone stale is the clock read again, so that no timer fires early by more than
 * that.
 */
#include "loop/timer.h"

#include "base/bounds.h"
#include "base/time.h"
#include "loop/debug.h"
#include "loop/handle.h"
#include "ouro/context.h"

#include <errno.h>

void ouro__loop_freshen(ouro_loop *loop)
{
    int64_t now = loop->backend->ops->now(loop->backend);

    loop->now_checked = loop->steps;
    if (now - loop->now > CLOCK_STALE_NS) {
        loop->now = now;
        loop_request_attention(loop);
    }
}

int64_t ouro__timer_staged_deadline(const ouro_timer_node *node)
{
    int64_t delay = TIME_FOREVER;

    (void) time_from_seconds(node->staged_.delay_, &delay);
    return time_add(node->staged_.now_, delay);
}

void ouro__timer_unstage(ouro_loop *loop, ouro_timer_node *node)
{
    ouro_timer_node **place = &loop->staged;
    int64_t deadline = ouro__timer_staged_deadline(node);

    while (*place != node)
        place = &(*place)->staged_.next_;
    *place = node->staged_.next_;
    node->deadline_ = deadline; /* which may still be asked for */
    node->where_ = WHEEL_NOWHERE;
}

void ouro__timers_place_staged(ouro_loop *loop)
{
    ouro_timer_node *node;

    while ((node = loop->staged) != NULL) {
        loop->staged = node->staged_.next_;
        node->deadline_ = ouro__timer_staged_deadline(node);
        node->where_ = WHEEL_NOWHERE;
        if (node->deadline_ != TIME_FOREVER)
            wheel_add(&loop->timers, node);
    }
}

void ouro__timers_make_due_ready(ouro_loop *loop)
{
    ouro_timer_node *node;

    while ((node = wheel_pop_due(&loop->timers, loop->now)) != NULL)
        loop_make_ready(loop, &container_of(node, ouro_timer_entry, node_)->runnable_);
}

static void run_timer(ouro_runnable *runnable)
{
    ouro_timer_entry *entry = container_of(runnable, ouro_timer_entry, runnable_);
    ouro_timer *timer = container_of(entry, ouro_timer, entry_);
    ouro_timer copy = *timer;

    timer->state_ = HANDLE_IDLE;
    timer->context_ = NULL;
    if (copy.state_ & HANDLE_OWNED)
        slab_give(&copy.loop_->handles, timer);
    ouro__callback_run(copy.loop_, copy.callback_, copy.arg_, copy.context_);
}

void ouro_timer_init(ouro_timer *timer, ouro_callback *callback, void *arg)
{
    *timer = (ouro_timer) {
        .entry_.runnable_.run_ = run_timer,
        .callback_ = callback,
        .arg_ = arg,
    };
}

void ouro_timer_cancel(ouro_timer *timer)
{
    if (timer == NULL || !(timer->state_ & HANDLE_SCHEDULED))
        return;
    timer_disarm(timer->loop_, &timer->entry_);
    if (timer->context_ != NULL)
        timer->context_ = ouro_context_unref(timer->context_);
    if (timer->state_ & HANDLE_OWNED) {
        slab_give(&timer->loop_->handles, timer);
        return;
    }
    timer->state_ = HANDLE_CANCELLED;
}

bool ouro_timer_cancelled(const ouro_timer *timer)
{
    return timer != NULL && timer->state_ == HANDLE_CANCELLED;
}

double ouro_timer_when(const ouro_timer *timer)
{
    return timer != NULL ? time_to_seconds(timer->entry_.node_.deadline_) : OURO_FOREVER;
}

/* Turns a loop time or a delay into a deadline. Returns 0, or -EINVAL with the reason set. */
__attribute__((always_inline)) static inline int deadline_from(ouro_loop *loop, double seconds,
                                                               bool is_delay, int64_t *ret_deadline)
{
    const char *operation = is_delay ? "call_later" : "call_at";

    if (loop == NULL)
        return ouro_error_set(-EINVAL, operation, "the loop is NULL");
    if (check_thread(loop, operation) < 0)
        return OURO_EWRONGTHREAD;
    if (time_from_seconds(seconds, ret_deadline) < 0)
        return ouro_error_set(-EINVAL, operation, "the time is not a number (NaN)");
    if (is_delay)
        *ret_deadline = time_add(loop_now(loop), *ret_deadline);
    return 0;
}

/* Why a timer cannot be scheduled. */
__attribute__((noinline, cold)) static int refuse_timer(const ouro_timer *timer)
{
    if (timer == NULL || timer->callback_ == NULL)
        return ouro_error_set(-EINVAL, "call_at", "the timer or its callback is NULL");
    return ouro_error_set(OURO_EINUSE, "call_at",
                          "the timer is scheduled already: cancel it first");
}

__attribute__((always_inline)) static inline int schedule_timer(ouro_loop *loop, double seconds,
                                                                bool is_delay, ouro_timer *timer)
{
    int64_t deadline = 0;
    int status = deadline_from(loop, seconds, is_delay, &deadline);

    if (status < 0)
        return status;
    if (timer == NULL || timer->callback_ == NULL || (timer->state_ & HANDLE_SCHEDULED))
        return refuse_timer(timer);
    timer->loop_ = loop;
    timer->state_ = HANDLE_SCHEDULED;
    if (__builtin_expect(loop->debug, 0))
        (void) ouro__origin_keep(loop, &timer->entry_.runnable_);
    timer_arm(loop, &timer->entry_, deadline);
    return 0;
}

int ouro_loop_call_later_timer(ouro_loop *loop, double delay, ouro_timer *timer)
{
    return schedule_timer(loop, delay, true, timer);
}

int ouro_loop_call_at_timer(ouro_loop *loop, double when, ouro_timer *timer)
{
    return schedule_timer(loop, when, false, timer);
}

static ouro_timer *create_timer(ouro_loop *loop, double seconds, bool is_delay,
                                const ouro_call_options *options)
{
    ouro_timer *timer;
    int64_t deadline = 0;

    if (options == NULL || options->callback == NULL) {
        ouro_error_set(-EINVAL, "call_at", "the callback is NULL");
        return NULL;
    }
    if (deadline_from(loop, seconds, is_delay, &deadline) < 0)
        return NULL;
    timer = slab_take(&loop->handles);
    if (timer == NULL) {
        ouro_error_set(-ENOMEM, "call_at", "out of memory");
        return NULL;
    }
    ouro_timer_init(timer, options->callback, options->arg);
    timer->context_ = ouro__call_context(loop, options->context);
    timer->loop_ = loop;
    timer->state_ = HANDLE_SCHEDULED | HANDLE_OWNED;
    if (__builtin_expect(loop->debug, 0))
        (void) ouro__origin_keep(loop, &timer->entry_.runnable_);
    timer_arm(loop, &timer->entry_, deadline);
    return timer;
}

ouro_timer *ouro_loop_call_later_with(ouro_loop *loop, double delay,
                                      const ouro_call_options *options)
{
    return create_timer(loop, delay, true, options);
}

ouro_timer *ouro_loop_call_at_with(ouro_loop *loop, double when, const ouro_call_options *options)
{
    return create_timer(loop, when, false, options);
}

bool ouro__timer_discard(ouro_runnable *runnable)
{
    ouro_timer_entry *entry;

    if (runnable->run_ != run_timer)
        return false;
    entry = container_of(runnable, ouro_timer_entry, runnable_);
    ouro_timer_cancel(container_of(entry, ouro_timer, entry_));
    return true;
}

uintptr_t ouro__timer_function(const ouro_runnable *runnable)
{
    const ouro_timer_entry *entry;

    if (runnable->run_ != run_timer)
        return 0;
    entry = container_of(runnable, const ouro_timer_entry, runnable_);
    return (uintptr_t) container_of(entry, const ouro_timer, entry_)->callback_;
}
