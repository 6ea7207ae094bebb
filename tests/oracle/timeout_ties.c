/* Timeouts that are due together with timers, sleeps and each other: the order is that of entry. */
#include "scenario.h"

OURO_ASYNC(limited, (double, delay), (double, sleep))
{
    int status = 0;

    ouro_with_timeout (&status, delay) {
        status = ouro_sleep(sleep);
    }
    trace("%s", status < 0 ? show(status) : "in time");
    return 0;
}

OURO_ASYNC(a_timer_before_and_after)
{
    int status = 0;

    say_later(1, "the first timer");
    ouro_with_timeout (&status, 1) {
        say_later(1, "the second timer");
        status = ouro_sleep(3);
    }
    trace("%s", show(status));
    return 0;
}

OURO_ASYNC(entered_before_the_timer_of_a_sleep)
{
    int status = 0;

    ouro_with_timeout (&status, 1) {
        status = ouro_sleep(1);
        if (status == 0) {
            trace("the sleep ended");
        }
    }
    trace("%s", show(status));
    return 0;
}

OURO_ASYNC(of_many_tasks)
{
    static const double times[][2] = { { 2, 9 }, { 1, 9 }, { 2, 2 }, { 1, 1 }, { 1, 9 } };
    static const char *const texts[] = { "timer 0", "timer 1", "timer 2", "timer 3", "timer 4" };
    ouro_task *tasks[COUNT(times)];

    for (size_t i = 0; i < COUNT(times); i++) {
        tasks[i] = spawn(limited_coro(times[i][0], times[i][1]), "t%zu", i);
        say_later(1, texts[i]);
    }
    OURO_TRY(ouro_wait(tasks, COUNT(times)));
    unref_all(tasks, COUNT(times));
    return 0;
}

OURO_ASYNC(entered_and_left_before)
{
    static const double delays[] = { 1, 2, 1 };
    int status = 0;

    for (size_t i = 0; i < COUNT(delays); i++) {
        ouro_with_timeout (&status, delays[i]) {
        }
    }
    say_later(1, "the timer");
    for (int i = 0; i < 3; i++) {
        ouro_with_timeout (&status, 1) {
            status = ouro_sleep(0);
        }
    }
    return limited(1, 5);
}

OURO_ASYNC(both_of_two_nested_ones)
{
    ouro_timeout outer = { .state_ = 0 };
    ouro_timeout inner = { .state_ = 0 };
    int status;

    OURO_TRY(ouro_timeout_enter(&outer, 1));
    say_later(1, "between");
    status = ouro_timeout_enter(&inner, 1);
    if (status == 0) {
        status = ouro_timeout_exit(&inner, ouro_sleep(5));
    }
    trace("%s", show(ouro_timeout_exit(&outer, status)));
    trace("expired %d %d", ouro_timeout_expired(&outer), ouro_timeout_expired(&inner));
    return 0;
}

OURO_ASYNC(yields, (int, count), (double, delay))
{
    int status = 0;

    ouro_with_timeout (&status, delay) {
        for (int i = 0; i < count && status == 0; i++) {
            status = ouro_sleep(0);
        }
        if (status == 0) {
            status = ouro_sleep(1);
        }
        if (status == 0) {
            trace("in time");
        }
    }
    return status;
}

OURO_ASYNC(entered_while_yielding)
{
    ouro_task *tasks[] = {
        spawn(yields_coro(3, 1), "t3"),
        spawn(yields_coro(1, 1), "t1"),
        spawn(yields_coro(2, 1), "t2"),
    };

    say_later(1, "the timer");
    for (size_t i = 0; i < COUNT(tasks); i++) {
        trace("%s", show(join(tasks[i])));
    }
    return 0;
}

SCENARIO(CASE(a_timer_before_and_after), CASE(entered_before_the_timer_of_a_sleep),
         CASE(of_many_tasks), CASE(entered_and_left_before), CASE(both_of_two_nested_ones),
         CASE(entered_while_yielding))
