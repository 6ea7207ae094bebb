/* Events: set wakes all who wait, in their order; who was woken is not put off by a clear. */
#include "scenario.h"

OURO_ASYNC(waiter, (ouro_event *, event))
{
    int status = ouro_event_wait(event);

    if (status < 0) {
        trace("%s, set %d", show(status), ouro_event_is_set(event));
        return status;
    }
    trace("woken, set %d", ouro_event_is_set(event));
    return 0;
}

static void crowd(ouro_event *event, ouro_task **ret_tasks, int count)
{
    for (int i = 0; i < count; i++) {
        ret_tasks[i] = spawn(waiter_coro(event), "w%d", i);
    }
}

static int end(ouro_task **tasks, int count)
{
    for (int i = 0; i < count; i++) {
        int status = join(tasks[i]);

        trace("%s", show(status));
    }
    return 0;
}

OURO_ASYNC(all_are_woken)
{
    ouro_event event = OURO_EVENT_INIT;
    ouro_task *tasks[3];

    crowd(&event, tasks, 3);
    OURO_TRY(ouro_sleep(1));
    ouro_event_set(&event);
    trace("set %d", ouro_event_is_set(&event));
    return end(tasks, 3);
}

OURO_ASYNC(a_set_event_does_not_suspend)
{
    ouro_event event = OURO_EVENT_INIT;

    ouro_event_set(&event);
    say_soon("another callback");
    for (int i = 0; i < 3; i++) {
        OURO_TRY(ouro_event_wait(&event));
    }
    trace("three times");
    return ouro_sleep(0);
}

OURO_ASYNC(cleared_at_once)
{
    ouro_event event = OURO_EVENT_INIT;
    ouro_task *tasks[2];

    crowd(&event, tasks, 2);
    OURO_TRY(ouro_sleep(1));
    ouro_event_set(&event);
    ouro_event_clear(&event);
    trace("set %d", ouro_event_is_set(&event));
    ouro_task *late = spawn(waiter_coro(&event), "late");
    OURO_TRY(end(tasks, 2));
    OURO_TRY(ouro_sleep(1));
    ouro_event_set(&event);
    return end(&late, 1);
}

OURO_ASYNC(set_twice)
{
    ouro_event event = OURO_EVENT_INIT;
    ouro_task *tasks[2];

    ouro_event_set(&event);
    ouro_event_set(&event);
    ouro_event_clear(&event);
    ouro_event_clear(&event);
    crowd(&event, tasks, 2);
    OURO_TRY(ouro_sleep(0));
    ouro_event_set(&event);
    ouro_event_set(&event);
    return end(tasks, 2);
}

OURO_ASYNC(again_and_again, (ouro_event *, event))
{
    for (int i = 0; i < 3; i++) {
        OURO_TRY(waiter(event));
        ouro_event_clear(event);
    }
    return 0;
}

OURO_ASYNC(one_clears_what_others_wait_for)
{
    ouro_event event = OURO_EVENT_INIT;
    ouro_task *tasks[3];

    for (int i = 0; i < 3; i++) {
        tasks[i] = spawn(again_and_again_coro(&event), "a%d", i);
    }
    for (int i = 0; i < 3; i++) {
        OURO_TRY(ouro_sleep(1));
        trace("sets");
        ouro_event_set(&event);
    }
    return end(tasks, 3);
}

OURO_ASYNC(one_is_cancelled)
{
    ouro_event event = OURO_EVENT_INIT;
    ouro_task *tasks[3];

    crowd(&event, tasks, 3);
    OURO_TRY(ouro_sleep(1));
    ouro_task_cancel(tasks[1], NULL);
    ouro_event_set(&event);
    return end(tasks, 3);
}

OURO_ASYNC(cancelled_after_the_wake)
{
    ouro_event event = OURO_EVENT_INIT;
    ouro_task *tasks[3];

    crowd(&event, tasks, 3);
    OURO_TRY(ouro_sleep(1));
    ouro_event_set(&event);
    ouro_task_cancel(tasks[1], NULL);
    ouro_event_clear(&event);
    return end(tasks, 3);
}

OURO_ASYNC(cancels_itself, (ouro_event *, event))
{
    ouro_task_cancel(ouro_current_task(), NULL);
    OURO_TRY(waiter(event));
    trace("goes on");
    return ouro_sleep(0);
}

OURO_ASYNC(a_request_from_before)
{
    ouro_event event = OURO_EVENT_INIT;
    ouro_task *task = spawn(cancels_itself_coro(&event), "clear");

    OURO_TRY(end(&task, 1));
    ouro_event_set(&event);
    task = spawn(cancels_itself_coro(&event), "set");
    return end(&task, 1);
}

OURO_ASYNC(wait_for_event, (ouro_event *, event))
{
    return ouro_event_wait(event);
}

static void set_event(void *event)
{
    ouro_event_set(event);
}

static void clear_event(void *event)
{
    ouro_event_clear(event);
}

OURO_ASYNC(timed_out)
{
    static ouro_event event;

    trace("%s", show(ouro_wait_for(wait_for_event_coro(&event), 1)));
    call_later(1, set_event, &event);
    trace("%s", ouro_event_wait(&event) == 0 ? "woken" : "Error");
    call_soon(clear_event, &event);
    return 0;
}

OURO_ASYNC(deadlock)
{
    static ouro_event event;

    return ouro_event_wait(&event);
}

SCENARIO(CASE(all_are_woken), CASE(a_set_event_does_not_suspend), CASE(cleared_at_once),
         CASE(set_twice), CASE(one_clears_what_others_wait_for), CASE(one_is_cancelled),
         CASE(cancelled_after_the_wake), CASE(a_request_from_before), CASE(timed_out),
         CASE(deadlock))
