/* Events that are set, cleared and waited for in one iteration, under limits and cancels. */
#include "scenario.h"

OURO_ASYNC(waiter, (ouro_event *, event), (double, limit))
{
    int status = 0;

    ouro_with_timeout (&status, limit) {
        status = ouro_event_wait(event);
    }
    if (status < 0) {
        trace("%s", show(status));
    } else {
        trace("woke, set %d", ouro_event_is_set(event));
    }
    return 0;
}

static ouro_task *start(ouro_event *event, int number, double limit)
{
    return spawn(waiter_coro(event, limit), "w%d", number);
}

static void set_event(void *event)
{
    ouro_event_set((ouro_event *) event);
}

OURO_ASYNC(set_and_cleared_at_once)
{
    ouro_event event = OURO_EVENT_INIT;
    ouro_task *tasks[3] = { start(&event, 0, 5), start(&event, 1, 5) };

    OURO_TRY(ouro_sleep(0));
    ouro_event_set(&event);
    ouro_event_clear(&event);
    tasks[2] = start(&event, 0, 1);
    join_all(tasks, 3);
    return 0;
}

OURO_ASYNC(set_as_the_time_is_up)
{
    ouro_event event = OURO_EVENT_INIT;
    ouro_task *tasks[] = { start(&event, 0, 1), start(&event, 1, 2) };

    OURO_TRY(ouro_sleep(0));
    call_later(1, set_event, &event);
    join_all(tasks, 2);
    return 0;
}

OURO_ASYNC(set_just_before_the_time_is_up)
{
    ouro_event event = OURO_EVENT_INIT;

    call_later(1, set_event, &event);
    ouro_task *tasks[] = { start(&event, 0, 1), start(&event, 1, 2) };
    join_all(tasks, 2);
    return 0;
}

OURO_ASYNC(set_and_cancelled)
{
    ouro_event event = OURO_EVENT_INIT;
    ouro_task *tasks[] = { start(&event, 0, 5), start(&event, 1, 5) };

    OURO_TRY(ouro_sleep(0));
    ouro_event_set(&event);
    ouro_task_cancel(tasks[0], NULL);
    join_all(tasks, 2);
    return 0;
}

OURO_ASYNC(cancelled_and_set)
{
    ouro_event event = OURO_EVENT_INIT;
    ouro_task *tasks[] = { start(&event, 0, 5), start(&event, 1, 5) };

    OURO_TRY(ouro_sleep(0));
    ouro_task_cancel(tasks[0], NULL);
    ouro_event_set(&event);
    join_all(tasks, 2);
    return 0;
}

OURO_ASYNC(rounds, (ouro_event *, event))
{
    for (int i = 0; i < 3; i++) {
        OURO_TRY(ouro_event_wait(event));
        trace("round %d", i);
        OURO_TRY(ouro_sleep(0.1));
    }
    return 0;
}

OURO_ASYNC(a_pulse_for_each_round)
{
    ouro_event event = OURO_EVENT_INIT;
    ouro_task *tasks[] = { spawn(rounds_coro(&event), "a"), spawn(rounds_coro(&event), "b") };

    for (int i = 0; i < 3; i++) {
        OURO_TRY(ouro_sleep(1));
        ouro_event_set(&event);
        ouro_event_clear(&event);
    }
    join_all(tasks, 2);
    return 0;
}

OURO_ASYNC(a_limit_of_zero)
{
    ouro_event event = OURO_EVENT_INIT;

    OURO_TRY(waiter(&event, 0));
    ouro_event_set(&event);
    return waiter(&event, 0);
}

SCENARIO(CASE(set_and_cleared_at_once), CASE(set_as_the_time_is_up),
         CASE(set_just_before_the_time_is_up), CASE(set_and_cancelled), CASE(cancelled_and_set),
         CASE(a_pulse_for_each_round), CASE(a_limit_of_zero))
