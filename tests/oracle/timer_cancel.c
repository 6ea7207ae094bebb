/* A cancelled timer never runs, however late it is cancelled; cancelling it again does nothing. */
#include "scenario.h"

static void start(ouro_timer *timer, double delay, const char *message)
{
    ouro_timer_init(timer, say, (void *) (uintptr_t) message);
    ouro_ignore(ouro_loop_call_later_timer(ouro_get_running_loop(), delay, timer));
}

OURO_ASYNC(before_it_is_due)
{
    ouro_timer timer;

    start(&timer, 0.1, "never");
    say_later(0.2, "the other");
    ouro_timer_cancel(&timer);
    trace("cancelled %d", ouro_timer_cancelled(&timer));
    ouro_timer_cancel(&timer);
    OURO_TRY(ouro_sleep(0.3));
    trace("done");
    return 0;
}

static void cancel_timer(void *timer)
{
    ouro_timer_cancel((ouro_timer *) timer);
}

OURO_ASYNC(by_an_earlier_timer)
{
    ouro_timer victim;

    start(&victim, 0.2, "never");
    call_later(0.1, cancel_timer, &victim);
    OURO_TRY(ouro_sleep(0.3));
    trace("cancelled %d", ouro_timer_cancelled(&victim));
    return 0;
}

static void cancel_neighbours(void *victims_)
{
    ouro_timer **victims = (ouro_timer **) victims_;

    trace("cancels its neighbours");
    ouro_timer_cancel(victims[0]);
    ouro_timer_cancel(victims[1]);
}

OURO_ASYNC(by_a_timer_of_the_same_batch)
{
    ouro_loop *loop = ouro_get_running_loop();
    ouro_timer *victims[2];

    call_later(0.1, cancel_neighbours, victims);
    victims[0] = ouro_loop_call_later(loop, 0.1, say, "never");
    say_later(0.1, "the survivor");
    victims[1] = ouro_loop_call_later(loop, 0.1, say, "never");
    OURO_TRY(ouro_sleep(0.2));
    trace("done");
    return 0;
}

OURO_ASYNC(after_it_ran)
{
    ouro_timer timer;

    start(&timer, 0.1, "ran");
    OURO_TRY(ouro_sleep(0.2));
    ouro_timer_cancel(&timer);
    trace("done");
    return 0;
}

OURO_ASYNC(when_is_exact)
{
    static const double delays[] = { 0.25, 1, 60 };
    double begin = ouro_loop_time(ouro_get_running_loop());
    ouro_timer timers[COUNT(delays)];

    for (size_t i = 0; i < COUNT(delays); i++) {
        start(&timers[i], delays[i], "due");
    }
    for (size_t i = 0; i < COUNT(delays); i++) {
        trace("in %d ms", (int) ((ouro_timer_when(&timers[i]) - begin) * 1000 + 0.5));
    }
    ouro_timer_cancel(&timers[1]);
    OURO_TRY(ouro_sleep(61));
    trace("%ld ms", now());
    return 0;
}

OURO_ASYNC(cancelled_timers_do_not_hold_the_clock)
{
    ouro_timer far[200];

    for (size_t i = 0; i < COUNT(far); i++) {
        start(&far[i], 1000 + (double) i, "never");
    }
    say_later(1, "near");
    for (size_t i = 0; i < COUNT(far); i++) {
        ouro_timer_cancel(&far[i]);
    }
    OURO_TRY(ouro_sleep(2));
    trace("done");
    return 0;
}

static void watchdog(void *number)
{
    trace("watchdog %d", *(int *) number);
}

OURO_ASYNC(replaced_many_times)
{
    ouro_loop *loop = ouro_get_running_loop();
    ouro_timer *timer = ouro_loop_call_later(loop, 0.1, say, "never");
    int number;

    for (number = 0; number < 150; number++) {
        ouro_timer_cancel(timer);
        timer = ouro_loop_call_later(loop, 0.1 + number / 1000.0, watchdog, &number);
    }
    number--;
    OURO_TRY(ouro_sleep(1));
    trace("done");
    return 0;
}

SCENARIO(CASE(before_it_is_due), CASE(by_an_earlier_timer), CASE(by_a_timer_of_the_same_batch),
         CASE(after_it_ran), CASE(when_is_exact), CASE(cancelled_timers_do_not_hold_the_clock),
         CASE(replaced_many_times))
