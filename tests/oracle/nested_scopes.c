/* Timeouts and groups inside each other whose ends fall together. */
#include "scenario.h"

#define add(group, coroutine_, name_)                                                              \
    ouro_task_group_create_task((group), (coroutine_), .name = (name_))

OURO_ASYNC(sleeper, (double, delay), (double, cleanup))
{
    int status = ouro_sleep(delay);

    if (status < 0) {
        trace("interrupted");
        OURO_TRY(ouro_sleep(cleanup));
        return status;
    }
    trace("slept");
    return 0;
}

OURO_ASYNC(fails, (double, delay), (int, number))
{
    OURO_TRY(ouro_sleep(delay));
    trace("fails");
    return fail(number);
}

/* Handles the end of a limit. */
static int handle(int status, const char *which)
{
    if (status == -ETIMEDOUT) {
        trace("%s, cancelling %d", which, cancelling());
        return 0;
    }
    return status;
}

OURO_ASYNC(three_limits_at_the_same_time)
{
    int status = 0;

    ouro_with_timeout (&status, 1) {
        ouro_with_timeout (&status, 1) {
            ouro_with_timeout (&status, 1) {
                status = ouro_sleep(5);
            }
            status = handle(status, "the innermost");
        }
        status = handle(status, "the middle");
    }
    status = handle(status, "the outermost");
    trace("cancelling %d", cancelling());
    return status;
}

OURO_ASYNC(a_limit_around_and_one_inside_a_group)
{
    int status = 0;

    ouro_with_timeout (&status, 1) {
        ouro_with_task_group (group, &status) {
            add(&group, sleeper_coro(5, 0), "child");
            ouro_with_timeout (&status, 1) {
                status = ouro_sleep(5);
            }
        }
        if (status == -ETIMEDOUT) {
            trace("the group");
            status = 0;
        }
    }
    if (status == -ETIMEDOUT) {
        trace("the outer limit");
    }
    trace("cancelling %d", cancelling());
    return 0;
}

OURO_ASYNC(a_child_fails_as_an_inner_limit_ends)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        add(&group, fails_coro(1, 1), "bad");
        ouro_with_timeout (&status, 1) {
            status = ouro_sleep(5);
        }
        if (status == -ETIMEDOUT) {
            trace("the limit");
            status = 0;
        }
        if (status == 0) {
            status = ouro_sleep(1);
        }
        if (status == 0) {
            trace("never");
        }
    }
    trace("%s", show(status));
    trace("cancelling %d", cancelling());
    return 0;
}

OURO_ASYNC(two_groups_whose_children_fail_together)
{
    int status = 0;

    ouro_with_task_group (outer, &status) {
        add(&outer, fails_coro(1, 1), "outer");
        ouro_with_task_group (inner, &status) {
            add(&inner, fails_coro(1, 2), "inner");
            status = ouro_sleep(5);
        }
    }
    trace("%s", show(status));
    trace("cancelling %d", cancelling());
    return 0;
}

OURO_ASYNC(limited)
{
    int status = 0;

    ouro_with_timeout (&status, 1) {
        status = sleeper(5, 0);
    }
    if (status == -ETIMEDOUT) {
        trace("the limit");
        status = 0;
    }
    return status;
}

OURO_ASYNC(cancelled_as_the_limit_ends)
{
    ouro_task *task = spawn(limited_coro(), "t");

    OURO_TRY(ouro_sleep(1));
    trace("cancels");
    ouro_task_cancel(task, NULL);
    trace("%s", show(join(task)));
    return 0;
}

OURO_ASYNC(limited_inner)
{
    int status = 0;

    ouro_with_timeout (&status, 1) {
        status = sleeper(5, 0.5);
    }
    return status;
}

OURO_ASYNC(limited_outer, (ouro_task *, task))
{
    int status = 0;

    ouro_with_timeout (&status, 1) {
        status = ouro_await(task);
    }
    return status;
}

OURO_ASYNC(limits_of_tasks_that_await_each_other)
{
    ouro_task *task = spawn(limited_inner_coro(), "inner");
    ouro_task *other = spawn(limited_outer_coro(task), "outer");

    trace("%s", show(join(other)));
    trace("%s", show(join(task)));
    return 0;
}

SCENARIO(CASE(three_limits_at_the_same_time), CASE(a_limit_around_and_one_inside_a_group),
         CASE(a_child_fails_as_an_inner_limit_ends), CASE(two_groups_whose_children_fail_together),
         CASE(cancelled_as_the_limit_ends), CASE(limits_of_tasks_that_await_each_other))
