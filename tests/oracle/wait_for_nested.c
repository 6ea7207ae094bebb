/* Wait_for in timeouts and groups, in chains of tasks, and around what swallows its cancel. */
#include "scenario.h"

OURO_ASYNC(body, (double, delay), (int, value))
{
    int status = ouro_sleep(delay);

    if (status == -ECANCELED) {
        trace("cancelled");
        return status;
    }
    return value;
}

OURO_ASYNC(in_a_timeout)
{
    static const double limits[][2] = { { 1, 2 }, { 2, 1 }, { 1, 1 } };

    for (size_t i = 0; i < COUNT(limits); i++) {
        int status = 0;

        ouro_with_timeout (&status, limits[i][0]) {
            status = ouro_wait_for(body_coro(9, 1), limits[i][1]);
        }
        trace("%s", show(status));
    }
    return 0;
}

OURO_ASYNC(limited, (double, delay))
{
    return ouro_wait_for(body_coro(delay, 1), 2);
}

OURO_ASYNC(in_a_group)
{
    static const int delays[] = { 1, 5, 2 };
    int status = 0;

    ouro_with_task_group (group, &status) {
        for (size_t i = 0; i < COUNT(delays); i++) {
            ouro_task_group_create_task(&group, limited_coro(delays[i]),
                                        .name = text("t%d", delays[i]));
        }
    }
    trace("%s", show(status));
    return 0;
}

OURO_ASYNC_DECLARE(level, (int, depth));

OURO_ASYNC_DEFINE(level, (int, depth))
{
    if (depth == 0) {
        return body(9, 1);
    }
    ouro_task *task = spawn(level_coro(depth - 1), "level-%d", depth - 1);
    int status = ouro_wait_for(task, depth);

    if (status < 0) {
        trace("%s", show(status));
    }
    ouro_task_unref(task);
    return status;
}

OURO_ASYNC(a_chain_of_tasks)
{
    trace("%s", show(level(3)));
    return 0;
}

OURO_ASYNC(swallows)
{
    if (ouro_sleep(9) == -ECANCELED) {
        trace("swallows it");
    }
    OURO_TRY(ouro_sleep(1));
    return 5;
}

OURO_ASYNC(swallows_in_time)
{
    return ouro_wait_for(swallows_coro(), 1);
}

OURO_ASYNC(around_what_swallows_it)
{
    ouro_task *task = spawn(swallows_coro(), "t");
    int status = ouro_wait_for(task, 1);

    trace("%s", show(status));
    ouro_task_unref(task);
    status = ouro_wait_for(swallows_in_time_coro(), 9);
    trace("%s", show(status));
    trace("cancelling %d", cancelling());
    return 0;
}

OURO_ASYNC(a_shield_in_the_middle)
{
    ouro_task *task = spawn(body_coro(3, 1), "t");

    for (int i = 0; i < 2; i++) {
        ouro_future *shield = ouro_shield_future(task);
        int status = ouro_wait_for(shield, 1);

        trace("%s", show(status));
        ouro_future_unref(shield);
    }
    int status = ouro_wait_for(task, 5);
    trace("%s", show(status));
    ouro_task_unref(task);
    return 0;
}

OURO_ASYNC(fails)
{
    ouro_ignore(ouro_sleep(9));
    return fail(8);
}

OURO_ASYNC(waits)
{
    return ouro_wait_for(fails_coro(), 5);
}

OURO_ASYNC(cancelled_with_another_error)
{
    ouro_task *task = spawn(waits_coro(), "t");

    OURO_TRY(ouro_sleep(1));
    ouro_task_cancel(task, NULL);
    trace("%s", show(join(task)));
    return 0;
}

SCENARIO(CASE(in_a_timeout), CASE(in_a_group), CASE(a_chain_of_tasks),
         CASE(around_what_swallows_it), CASE(a_shield_in_the_middle),
         CASE(cancelled_with_another_error))
