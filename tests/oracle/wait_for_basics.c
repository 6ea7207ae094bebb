/* wait_for gives what the awaitable gives, or a timeout after it has ended. */
#include "scenario.h"

OURO_ASYNC(body, (double, delay), (int, value))
{
    trace("begins %d", value);
    int status = ouro_sleep(delay);
    if (status < 0) {
        trace("%d is interrupted", value);
        return status;
    }
    trace("ends %d", value);
    return value < 0 ? fail(-value) : value;
}

OURO_ASYNC(a_coroutine_in_time)
{
    trace("%s", show(ouro_wait_for(body_coro(1, 5), 2)));
    OURO_TRY(ouro_sleep(5));
    trace("nothing came of the timer");
    return 0;
}

OURO_ASYNC(a_coroutine_runs_in_the_callers_task)
{
    say_soon("soon");
    trace("%s", show(ouro_wait_for(body_coro(0, 6), 2)));
    return 0;
}

OURO_ASYNC(a_coroutine_too_slow)
{
    trace("%s", show(ouro_wait_for(body_coro(3, 7), 2)));
    trace("cancelling %d", cancelling());
    return 0;
}

OURO_ASYNC(a_failure_in_time)
{
    trace("%s", show(ouro_wait_for(body_coro(1, -8), 2)));
    return 0;
}

OURO_ASYNC(without_a_limit)
{
    trace("%s", show(ouro_wait_for(body_coro(1000, 9), OURO_FOREVER)));
    return 0;
}

OURO_ASYNC(a_task_in_time)
{
    ouro_task *task = spawn(body_coro(1, 1), "t");

    trace("%s", show(ouro_wait_for(task, 2)));
    ouro_task_unref(task);
    return 0;
}

OURO_ASYNC(a_task_too_slow)
{
    ouro_task *task = spawn(body_coro(3, 2), "t");

    trace("%s", show(ouro_wait_for(task, 2)));
    trace("the task came to %s, cancelling %d", result(task), ouro_task_cancelling(task));
    ouro_task_unref(task);
    return 0;
}

OURO_ASYNC(a_future_too_slow)
{
    ouro_future *future = ouro_create_future();

    trace("%s", show(ouro_wait_for(future, 2)));
    trace("the future came to %s", result(future));
    ouro_future_unref(future);
    return 0;
}

OURO_ASYNC(a_shielded_task_goes_on)
{
    ouro_task *task = spawn(body_coro(3, 3), "t");
    ouro_future *shield = ouro_shield_future(task);

    trace("%s", show(ouro_wait_for(shield, 2)));
    trace("%s", show(join(task)));
    ouro_future_unref(shield);
    return 0;
}

OURO_ASYNC(limited, (double, limit), (double, delay), (int, value))
{
    return ouro_wait_for(body_coro(delay, value), limit);
}

OURO_ASYNC(nested_the_inner_is_first)
{
    trace("%s", show(ouro_wait_for(limited_coro(1, 5, 4), 2)));
    trace("cancelling %d", cancelling());
    return 0;
}

OURO_ASYNC(told)
{
    trace("inner: %s", show(ouro_wait_for(body_coro(5, 5), 2)));
    return ouro_sleep(10);
}

OURO_ASYNC(nested_the_outer_is_first)
{
    trace("%s", show(ouro_wait_for(limited_coro(2, 5, 5), 1)));
    trace("%s", show(ouro_wait_for(told_coro(), 1)));
    return 0;
}

SCENARIO(CASE(a_coroutine_in_time), CASE(a_coroutine_runs_in_the_callers_task),
         CASE(a_coroutine_too_slow), CASE(a_failure_in_time), CASE(without_a_limit),
         CASE(a_task_in_time), CASE(a_task_too_slow), CASE(a_future_too_slow),
         CASE(a_shielded_task_goes_on), CASE(nested_the_inner_is_first),
         CASE(nested_the_outer_is_first))
