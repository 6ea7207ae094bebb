/* wait_for where the result, the timeout and a cancel come at the same time: nothing is lost. */
#include "scenario.h"

OURO_ASYNC(limited, (ouro_future *, future), (double, timeout))
{
    int status = ouro_wait_for(future, timeout);

    trace("%s", show(status));
    return 0;
}

OURO_ASYNC(limited_and_passes, (ouro_future *, future), (double, timeout))
{
    int value = OURO_TRY(ouro_wait_for(future, timeout));

    trace("in time");
    return value;
}

OURO_ASYNC(the_result_is_set_and_the_waiter_cancelled)
{
    ouro_future *future = ouro_create_future();
    ouro_task *task = spawn(limited_and_passes_coro(future, 5), "w");

    OURO_TRY(ouro_sleep(0.1));
    set_result(future);
    ouro_task_cancel(task, NULL);
    trace("%s", show(join(task)));
    trace("%s", show(join(future)));
    return 0;
}

OURO_ASYNC(the_waiter_cancelled_and_the_result_set)
{
    ouro_future *future = ouro_create_future();
    ouro_task *task = spawn(limited_and_passes_coro(future, 5), "w");

    OURO_TRY(ouro_sleep(0.1));
    ouro_task_cancel(task, NULL);
    trace("cancelled %d", ouro_future_cancelled(future));
    trace("%s", show(join(task)));
    ouro_future_unref(future);
    return 0;
}

OURO_ASYNC(the_result_just_before_the_timeout)
{
    ouro_future *future = ouro_create_future();

    call_later(1, set_callback, future);
    OURO_TRY(limited(future, 1));
    ouro_future_unref(future);
    return 0;
}

static void say_whether_done(void *future)
{
    trace("done %d", ouro_future_done((ouro_future *) future));
}

OURO_ASYNC(the_timeout_just_before_the_result)
{
    ouro_future *future = ouro_create_future();
    ouro_task *task = spawn(limited_coro(future, 1), "w");

    OURO_TRY(ouro_sleep(0));
    call_later(1, say_whether_done, future);
    OURO_TRY(join(task));
    ouro_future_unref(future);
    return 0;
}

OURO_ASYNC(body, (double, delay), (int, value), (double, cleanup))
{
    int status = ouro_sleep(delay);

    if (status < 0) {
        trace("interrupted");
        OURO_TRY(ouro_sleep(cleanup));
        return value < 0 ? fail(-value) : status;
    }
    return value;
}

OURO_ASYNC(a_task_that_ends_at_the_limit)
{
    ouro_task *task = spawn(body_coro(1, 3, 0), "t");

    OURO_TRY(limited(task, 1));
    ouro_task_unref(task);
    return 0;
}

OURO_ASYNC(a_task_that_fails_when_its_time_is_up)
{
    ouro_task *task = spawn(body_coro(5, -4, 0), "t");

    OURO_TRY(limited(task, 1));
    ouro_task_unref(task);
    return 0;
}

OURO_ASYNC(cancelled_while_it_waits_for_the_cleanup)
{
    ouro_task *inner = spawn(body_coro(5, 1, 1), "inner");
    ouro_task *task = spawn(limited_and_passes_coro(inner, 1), "w");

    OURO_TRY(ouro_sleep(1.5));
    trace("cancels");
    ouro_task_cancel(task, NULL);
    trace("%s", show(join(task)));
    trace("cancelled %d", ouro_future_cancelled(inner));
    ouro_task_unref(inner);
    return 0;
}

OURO_ASYNC(two_waiters_with_different_limits)
{
    ouro_task *inner = spawn(body_coro(5, 1, 0), "inner");
    ouro_task *tasks[] = { spawn(limited_coro(inner, 1), "w1"),
                           spawn(limited_coro(inner, 2), "w2") };

    join_all(tasks, 2);
    trace("cancelled %d", ouro_future_cancelled(inner));
    ouro_task_unref(inner);
    return 0;
}

OURO_ASYNC(two_waiters_of_which_one_shields)
{
    ouro_task *inner = spawn(body_coro(1.5, 1, 0), "inner");
    ouro_future *shielded = ouro_shield_future(inner);
    ouro_task *tasks[] = { spawn(limited_coro(shielded, 1), "w1"),
                           spawn(limited_coro(inner, 2), "w2") };

    join_all(tasks, 2);
    ouro_future_unref(shielded);
    ouro_task_unref(inner);
    return 0;
}

OURO_ASYNC(in_a_loop_until_it_is_there)
{
    ouro_task *inner = spawn(body_coro(1, 6, 0), "inner");
    int status = -ETIMEDOUT;

    for (int tries = 1; status == -ETIMEDOUT; tries++) {
        ouro_future *shielded = ouro_shield_future(inner);

        status = ouro_wait_for(shielded, 0.3);
        if (status == -ETIMEDOUT) {
            trace("try %d", tries);
        }
        ouro_future_unref(shielded);
    }
    trace("got %d", status);
    ouro_task_unref(inner);
    return 0;
}

SCENARIO(CASE(the_result_is_set_and_the_waiter_cancelled),
         CASE(the_waiter_cancelled_and_the_result_set), CASE(the_result_just_before_the_timeout),
         CASE(the_timeout_just_before_the_result), CASE(a_task_that_ends_at_the_limit),
         CASE(a_task_that_fails_when_its_time_is_up),
         CASE(cancelled_while_it_waits_for_the_cleanup), CASE(two_waiters_with_different_limits),
         CASE(two_waiters_of_which_one_shields), CASE(in_a_loop_until_it_is_there))
