/* A timer of zero or negative delay is due in the next iteration, behind what is ready by then. */
#include "scenario.h"

OURO_ASYNC(behind_what_is_ready)
{
    say_later(0, "later 0");
    say_soon("soon, scheduled after it");
    OURO_TRY(ouro_sleep(0));
    trace("the sleep was ready before the timer");
    OURO_TRY(ouro_sleep(0));
    trace("done");
    return 0;
}

OURO_ASYNC(negative_goes_by_deadline)
{
    ouro_loop *loop = ouro_get_running_loop();

    say_later(0, "zero");
    say_later(-1, "minus one");
    say_later(-2, "minus two");
    ouro_loop_call_at(loop, ouro_loop_time(loop) - 1, say, "minus one again");
    OURO_TRY(ouro_sleep(0));
    trace("first turn");
    OURO_TRY(ouro_sleep(0));
    trace("second turn");
    return 0;
}

static void timer(void *arg)
{
    (void) arg;
    trace("timer");
    say_soon("soon from timer");
}

static void ready(void *arg)
{
    (void) arg;
    trace("ready");
    say_soon("soon from ready");
}

OURO_ASYNC(in_the_same_iteration_as_the_ready_ones)
{
    call_later(0, timer, NULL);
    call_soon(ready, NULL);
    for (int turn = 0; turn < 3; turn++) {
        OURO_TRY(ouro_sleep(0));
        trace("turn %d", turn);
    }
    return 0;
}

static void busy(void *left_)
{
    int *left = (int *) left_;

    trace("busy %d", *left);
    (*left)--;
    if (*left > 0) {
        call_soon(busy, left);
    }
}

OURO_ASYNC(a_busy_loop_does_not_starve_timers)
{
    int left = 5;

    call_soon(busy, &left);
    say_later(0, "timer");
    OURO_TRY(ouro_sleep(0.001));
    trace("done");
    return 0;
}

static void run_link(void *left_)
{
    int *left = (int *) left_;

    trace("link %d", *left);
    if (*left > 0) {
        (*left)--;
        call_later(0, run_link, left);
    }
}

OURO_ASYNC(timer_chain_of_zero)
{
    int left = 3;

    call_later(0, run_link, &left);
    OURO_TRY(ouro_sleep(0.01));
    trace("done");
    return 0;
}

SCENARIO(CASE(behind_what_is_ready), CASE(negative_goes_by_deadline),
         CASE(in_the_same_iteration_as_the_ready_ones), CASE(a_busy_loop_does_not_starve_timers),
         CASE(timer_chain_of_zero))
