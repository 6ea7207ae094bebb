/* Timers, as the library itself uses them: a runnable that becomes ready at a time. */
#ifndef OURO_LOOP_TIMER_H
#define OURO_LOOP_TIMER_H

#include "loop/loop.h"

/* Arms `timer` for a time in nanoseconds. It must not be armed. */
void ouro__timer_arm(ouro_loop *loop, ouro_timer_entry *timer, int64_t deadline);

/* Disarms it, wherever it is: waiting for its time, or in the ready queue. */
void ouro__timer_disarm(ouro_loop *loop, ouro_timer_entry *timer);

/* Makes the runnables of all due timers ready, in the order of their times. */
void ouro__timers_make_due_ready(ouro_loop *loop);

/* The same; costs one load while no timer is armed. */
static inline void timers_make_ready(ouro_loop *loop)
{
    if (!wheel_is_empty(&loop->timers))
        ouro__timers_make_due_ready(loop);
}

#endif
