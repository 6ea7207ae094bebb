/* Timers, as the library itself uses them: a runnable that becomes ready at a time. */
#ifndef OURO_LOOP_TIMER_H
#define OURO_LOOP_TIMER_H

#include "loop/loop.h"

/* The time from which a delay counts: the cached one, unless a long step has made it stale. */
static inline int64_t loop_now(ouro_loop *loop)
{
    if (loop->now_checked != loop->steps)
        ouro__loop_freshen(loop);
    return loop->now;
}

/* Arms `timer` for a time in nanoseconds. It must not be armed. */
static inline void timer_arm(ouro_loop *loop, ouro_timer_entry *timer, int64_t deadline)
{
    ouro_check(!link_is_queued(&timer->runnable_.link_));
    timer->node_.deadline_ = deadline;
    timer->node_.sequence_ = loop->sequence++;
    wheel_add(&loop->timers, &timer->node_);
    if (deadline <= loop->now)
        loop_request_attention(loop);
}

/* Disarms it, wherever it is: waiting for its time, or in the ready queue. */
static inline void timer_disarm(ouro_loop *loop, ouro_timer_entry *timer)
{
    if (link_is_queued(&timer->runnable_.link_))
        loop_unready(loop, &timer->runnable_);
    else if (wheel_is_armed(&timer->node_)) /* not so while the loop is being closed */
        wheel_remove(&loop->timers, &timer->node_);
}

/* Prepares a timer for a `delay` that is positive by at least a nanosecond, or infinite, counted
 * from a fresh `loop->now`. Its place in the order is taken now; the delay is converted and the
 * wheel touched only if the timer lasts until the next iteration begins. */
static inline void timer_stage(ouro_loop *loop, ouro_timer_entry *timer, double delay)
{
    ouro_timer_node *node = &timer->node_;

    node->staged_.next_ = loop->staged;
    node->staged_.delay_ = delay;
    node->staged_.now_ = loop->now;
    node->sequence_ = loop->sequence++;
    node->where_ = WHEEL_STAGED;
    timer->runnable_.link_.next_ = NULL;
    loop->staged = node;
    loop_request_attention(loop);
}

/* Returns when a staged timer will be due. */
int64_t ouro__timer_staged_deadline(const ouro_timer_node *node);

/* Takes back a staged timer that is not the newest one. */
void ouro__timer_unstage(ouro_loop *loop, ouro_timer_node *node);

/* Puts the staged timers into the wheel. */
void ouro__timers_place_staged(ouro_loop *loop);

/* Must be called before the wheel is asked for anything. */
static inline void timers_place_staged(ouro_loop *loop)
{
    if (loop->staged != NULL)
        ouro__timers_place_staged(loop);
}

/* Makes the runnables of all due timers ready, in the order of their times. */
void ouro__timers_make_due_ready(ouro_loop *loop);

/* The same; costs two loads while no timer is armed. */
static inline void timers_make_ready(ouro_loop *loop)
{
    timers_place_staged(loop);
    if (!wheel_is_empty(&loop->timers))
        ouro__timers_make_due_ready(loop);
}

#endif
