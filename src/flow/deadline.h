/* The deadline of a scope: a timer that is armed exactly while it has something to run, and is only
 * staged as long as its task does not suspend. */
#ifndef OURO_FLOW_DEADLINE_H
#define OURO_FLOW_DEADLINE_H

#include "base/time.h"
#include "loop/timer.h"

/* A delay from here on, counted from a time that is known to be fresh, can be staged. */
#define DEADLINE_STAGED_MIN 1e-9

static inline bool deadline_may_stage(const ouro_loop *loop, double delay)
{
    return delay >= DEADLINE_STAGED_MIN && loop->now_checked == loop->steps;
}

/* Arms the timer. A time already past expires in the next iteration, never at once. Returns 0, or
 * -EINVAL for NaN: nothing has changed then. */
static inline int deadline_arm(ouro_loop *loop, ouro_timer_entry *timer, double seconds,
                               bool is_delay, void (*expire)(ouro_runnable *runnable))
{
    int64_t now = loop_now(loop);
    int64_t deadline;

    if (time_from_seconds(seconds, &deadline) < 0)
        return -EINVAL;
    timer->runnable_.link_.next_ = NULL;
    timer->runnable_.run_ = expire;
    if (is_delay && seconds >= DEADLINE_STAGED_MIN) {
        timer_stage(loop, timer, seconds);
        return 0;
    }
    timer->node_.deadline_ = is_delay ? time_add(now, deadline) : deadline;
    timer->node_.where_ = WHEEL_NOWHERE;
    if (deadline == TIME_FOREVER)
        return 0;
    if (timer->node_.deadline_ <= now)
        loop_make_ready(loop, &timer->runnable_);
    else
        timer_arm(loop, timer, timer->node_.deadline_);
    return 0;
}

static inline void deadline_disarm(ouro_loop *loop, ouro_timer_entry *timer)
{
    if (timer->runnable_.run_ == NULL)
        return;
    if (timer->node_.where_ == WHEEL_STAGED)
        ouro__timer_unstage(loop, &timer->node_);
    else
        timer_disarm(loop, timer);
    timer->runnable_.run_ = NULL;
}

/* Returns the loop time at which it is due, or TIME_FOREVER. */
static inline int64_t deadline_of(const ouro_timer_entry *timer)
{
    return timer->node_.where_ == WHEEL_STAGED ? ouro__timer_staged_deadline(&timer->node_)
                                               : timer->node_.deadline_;
}

#endif
