/* as_completed as an asynchronous iterator: it yields the futures themselves, as they are done. */
#include "scenario.h"

OURO_ASYNC(body, (double, delay), (int, value))
{
    OURO_TRY(ouro_sleep(delay));
    return value < 0 ? fail(-value) : value;
}

/* Takes one; returns as ouro_as_completed_anext. */
static int tell_next(ouro_as_completed *completed)
{
    ouro_future *one;
    int status = ouro_as_completed_anext(completed, &one);

    if (status > 0) {
        trace("%s: %s", ouro_task_get_name(one), result(one));
    } else if (status < 0) {
        trace("%s", show(status));
    }
    return status;
}

OURO_ASYNC(original_futures)
{
    ouro_task *tasks[] = { spawn(body_coro(0.3, 1), "a"), spawn(body_coro(0.1, -2), "b"),
                           spawn(body_coro(0.2, 3), "c") };
    int status = 0;

    call_later(0.15, cancel_callback, tasks[2]);
    ouro_with_as_completed (completed, &status, OURO_AWAITABLES(tasks[0], tasks[1], tasks[2])) {
        ouro_async_for(ouro_future *, one, ouro_as_completed_items(&completed), &status)
        {
            trace("%s: %s", ouro_task_get_name(one), result(one));
        }
    }
    unref_all(tasks, 3);
    return status;
}

OURO_ASYNC(coroutines_become_tasks)
{
    int status = 0;
    int count = 0;

    ouro_with_as_completed (completed, &status,
                            OURO_AWAITABLES(body_coro(0.2, 1), body_coro(0.1, 2))) {
        ouro_async_for(ouro_future *, one, ouro_as_completed_items(&completed), &status)
        {
            count++;
            trace("%d %s", ouro_task_get_name(one) != NULL, result(one));
        }
    }
    trace("%d in all", count);
    return status;
}

OURO_ASYNC(same_future_twice)
{
    ouro_future *future = ouro_create_future();
    int status = 0;
    int count = 0;

    call_later(0.1, set_callback, future);
    ouro_with_as_completed (completed, &status, OURO_AWAITABLES(future, future, future)) {
        ouro_async_for(ouro_future *, one, ouro_as_completed_items(&completed), &status)
        {
            count++;
            trace("%d %s", one == future, result(one));
        }
    }
    trace("%d in all", count);
    ouro_future_unref(future);
    return status;
}

OURO_ASYNC(time_is_up)
{
    ouro_task *tasks[] = { spawn(body_coro(0.1, 1), "a"), spawn(body_coro(0.4, 2), "b"),
                           spawn(body_coro(0.5, 3), "c") };
    int status = 0;

    ouro_with_as_completed (completed, &status, OURO_AWAITABLES(tasks[0], tasks[1], tasks[2]),
                            .timeout = 0.2) {
        while (tell_next(&completed) != 0)
            continue;
    }
    trace("%s", done_flags(tasks, 3));
    join_all(tasks, 3);
    return status;
}

OURO_ASYNC(slow_consumer)
{
    ouro_task *tasks[] = { spawn(body_coro(0.1, 1), "a"), spawn(body_coro(0.2, 2), "b"),
                           spawn(body_coro(0.9, 3), "c") };
    int status = 0;

    ouro_with_as_completed (completed, &status, OURO_AWAITABLES(tasks[0], tasks[1], tasks[2]),
                            .timeout = 0.5) {
        OURO_TRY(ouro_sleep(0.6));
        for (int i = 0; i < 3; i++)
            tell_next(&completed);
    }
    join_all(tasks, 3);
    return status;
}

OURO_ASYNC(a_past_timeout)
{
    ouro_future *done = ouro_create_future();
    ouro_task *pending = spawn(body_coro(1, 1), "a");
    int status = 0;

    set_result(done);
    ouro_with_as_completed (completed, &status, OURO_AWAITABLES(done, pending), .timeout = -1) {
        for (int i = 0; i < 2; i++) {
            ouro_future *one;
            int result = ouro_as_completed_anext(&completed, &one);
            trace("%s", result > 0 ? "one" : show(result));
        }
    }
    ouro_task_cancel(pending, NULL);
    trace("%s", show(join(pending)));
    ouro_future_unref(done);
    return status;
}

OURO_ASYNC(all_done_stops_the_clock)
{
    ouro_task *tasks[] = { spawn(body_coro(0.1, 1), "a"), spawn(body_coro(0.2, 2), "b") };
    int status = 0;

    ouro_with_as_completed (completed, &status, OURO_AWAITABLES(tasks[0], tasks[1]),
                            .timeout = 0.5) {
        ouro_async_for(ouro_future *, one, ouro_as_completed_items(&completed), &status)
        {
            trace("%s: %s", ouro_task_get_name(one), result(one));
        }
        OURO_TRY(ouro_sleep(1));
    }
    trace("nothing more");
    unref_all(tasks, 2);
    return status;
}

OURO_ASYNC(both_forms_mixed)
{
    ouro_task *tasks[] = { spawn(body_coro(0.1, 1), "a"), spawn(body_coro(0.2, 2), "b"),
                           spawn(body_coro(0.3, 3), "c") };
    int status = 0;

    ouro_with_as_completed (completed, &status, OURO_AWAITABLES(tasks[0], tasks[1], tasks[2])) {
        tell_next(&completed);
        ouro_coroutine one = ouro_as_completed_next(&completed);
        trace("%s", show(ouro_coroutine_await(&one)));
        tell_next(&completed);
    }
    unref_all(tasks, 3);
    return status;
}

OURO_ASYNC(done_in_one_iteration)
{
    ouro_future *futures[] = { ouro_create_future(), ouro_create_future(), ouro_create_future() };
    int status = 0;

    call_soon(set_callback, futures[1]);
    call_soon(set_callback, futures[0]);
    call_soon(cancel_callback, futures[2]);
    ouro_with_as_completed (completed, &status,
                            OURO_AWAITABLES(futures[0], futures[1], futures[2])) {
        ouro_async_for(ouro_future *, one, ouro_as_completed_items(&completed), &status)
        {
            int number = one == futures[0] ? 0 : one == futures[1] ? 1 : 2;
            trace("%d: %s", number, result(one));
        }
    }
    unref_all(futures, 3);
    return status;
}

SCENARIO(CASE(original_futures), CASE(coroutines_become_tasks), CASE(same_future_twice),
         CASE(time_is_up), CASE(slow_consumer), CASE(a_past_timeout),
         CASE(all_done_stops_the_clock), CASE(both_forms_mixed), CASE(done_in_one_iteration))
