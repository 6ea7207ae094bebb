/* Timers run by deadline, then by insertion; those that are due together run in one iteration. */
#include "scenario.h"

static void say_tie(void *number)
{
    trace("tie %d", *(int *) number);
}

static void say_timer(void *number)
{
    trace("timer %d", *(int *) number);
}

OURO_ASYNC(by_deadline)
{
    say_later(0.3, "c");
    say_later(0.1, "a");
    say_later(0.4, "d");
    say_later(0.2, "b");
    OURO_TRY(ouro_sleep(1));
    trace("done");
    return 0;
}

OURO_ASYNC(ties_by_insertion)
{
    int numbers[6];

    for (int i = 0; i < 6; i++) {
        numbers[i] = i;
        call_later(0.5, say_tie, &numbers[i]);
    }
    OURO_TRY(ouro_sleep(0.5));
    trace("the sleep was set last");
    return 0;
}

OURO_ASYNC(same_time_by_different_sums)
{
    ouro_loop *loop = ouro_get_running_loop();

    say_later(0.3, "set at 0 for 300");
    OURO_TRY(ouro_sleep(0.1));
    say_later(0.2, "set at 100 for 300");
    OURO_TRY(ouro_sleep(0.1));
    say_later(0.1, "set at 200 for 300");
    ouro_loop_call_at(loop, ouro_loop_time(loop) + 0.1, say, "set at 200 by call_at");
    OURO_TRY(ouro_sleep(0.1));
    trace("slept to 300");
    return 0;
}

static void first(void *arg)
{
    (void) arg;
    trace("first");
    say_soon("soon from first");
    say_later(0, "later 0 from first");
}

OURO_ASYNC(a_tie_schedules_behind_its_batch)
{
    call_later(0.5, first, NULL);
    say_later(0.5, "second");
    say_later(0.5, "third");
    OURO_TRY(ouro_sleep(1));
    trace("done");
    return 0;
}

OURO_ASYNC(many_mixed)
{
    int numbers[40];

    for (int i = 0; i < 40; i++) {
        numbers[i] = i;
        call_later((double) (i * 7 % 10) / 10, say_timer, &numbers[i]);
    }
    OURO_TRY(ouro_sleep(1));
    trace("done");
    return 0;
}

OURO_ASYNC(distant)
{
    say_later(200000, "days later");
    say_later(86400, "a day later");
    say_later(0.001, "a millisecond later");
    OURO_TRY(ouro_sleep(300000));
    trace("done");
    return 0;
}

SCENARIO(CASE(by_deadline), CASE(ties_by_insertion), CASE(same_time_by_different_sums),
         CASE(a_tie_schedules_behind_its_batch), CASE(many_mixed), CASE(distant))
