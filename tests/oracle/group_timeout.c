/* Groups inside timeouts and timeouts inside groups. */
#include "scenario.h"

#define add(group, coroutine_, ...)                                                                \
    ouro_task_group_create_task((group), (coroutine_), .name = text(__VA_ARGS__))

OURO_ASYNC(sleeper, (double, delay), (double, cleanup), (int, number))
{
    int status = ouro_sleep(delay);

    if (status < 0) {
        trace("interrupted");
        if (cleanup > 0) {
            OURO_TRY(ouro_sleep(cleanup));
            trace("clean");
        }
        return number ? fail(number) : status;
    }
    trace("slept");
    return 0;
}

OURO_ASYNC(a_timeout_around_a_group)
{
    int status = 0;

    ouro_with_timeout (&status, 1) {
        ouro_with_task_group (group, &status) {
            add(&group, sleeper_coro(5, 0, 0), "t0");
            add(&group, sleeper_coro(5, 2, 0), "t1");
        }
    }
    trace("%s", show(status));
    trace("cancelling %d", cancelling());
    return 0;
}

OURO_ASYNC(a_timeout_around_a_group_whose_block_sleeps)
{
    int status = 0;

    ouro_with_timeout (&status, 1) {
        ouro_with_task_group (group, &status) {
            add(&group, sleeper_coro(5, 0, 0), "t");
            status = ouro_sleep(3);
        }
    }
    trace("%s", show(status));
    return 0;
}

OURO_ASYNC(a_timeout_inside_the_block)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        int inner = 0;

        add(&group, sleeper_coro(2, 0, 0), "t");
        ouro_with_timeout (&inner, 1) {
            inner = ouro_sleep(5);
        }
        if (inner == -ETIMEDOUT) {
            trace("timed out, handled");
        }
    }
    trace("the group ends well");
    trace("%s", show(status));
    return 0;
}

OURO_ASYNC(limited)
{
    int status = 0;

    ouro_with_timeout (&status, 1) {
        status = ouro_sleep(5);
    }
    return status;
}

OURO_ASYNC(a_timeout_inside_a_child)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        add(&group, limited_coro(), "limited");
        add(&group, sleeper_coro(5, 0, 0), "t");
    }
    trace("%s", show(status));
    return 0;
}

OURO_ASYNC(fails, (double, delay), (int, number))
{
    OURO_TRY(ouro_sleep(delay));
    return fail(number);
}

OURO_ASYNC(a_child_fails_as_the_time_is_up)
{
    int status = 0;

    ouro_with_timeout (&status, 1) {
        ouro_with_task_group (group, &status) {
            add(&group, fails_coro(1, 1), "bad");
            add(&group, sleeper_coro(5, 0, 0), "t");
        }
    }
    trace("%s", show(status));
    trace("cancelling %d", cancelling());
    return 0;
}

OURO_ASYNC(a_child_fails_while_the_timeout_waits)
{
    int status = 0;

    ouro_with_timeout (&status, 1) {
        ouro_with_task_group (group, &status) {
            add(&group, sleeper_coro(5, 1, 2), "t");
        }
    }
    trace("%s", show(status));
    trace("cancelling %d", cancelling());
    trace("a sleep: %s", show(ouro_sleep(1)));
    return 0;
}

OURO_ASYNC(time_is_up_while_a_failure_is_cleaned_up)
{
    int status = 0;

    ouro_with_timeout_as(limit, &status, 1)
    {
        ouro_with_task_group (group, &status) {
            add(&group, sleeper_coro(5, 2, 0), "slow");
            add(&group, fails_coro(0.5, 3), "bad");
        }
        trace("expired %d, cancelling %d", ouro_timeout_expired(&limit), cancelling());
    }
    trace("%s", show(status));
    trace("cancelling %d", cancelling());
    return 0;
}

OURO_ASYNC(grouped)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        add(&group, sleeper_coro(5, 0, 0), "t");
    }
    if (status < 0) {
        trace("the group raises %s", show(status));
    }
    return status;
}

OURO_ASYNC(wait_for_on_a_group)
{
    trace("%s", show(ouro_wait_for(grouped_coro(), 1)));
    return 0;
}

SCENARIO(CASE(a_timeout_around_a_group), CASE(a_timeout_around_a_group_whose_block_sleeps),
         CASE(a_timeout_inside_the_block), CASE(a_timeout_inside_a_child),
         CASE(a_child_fails_as_the_time_is_up), CASE(a_child_fails_while_the_timeout_waits),
         CASE(time_is_up_while_a_failure_is_cleaned_up), CASE(wait_for_on_a_group))
