/* When the block of a group fails, its tasks are cancelled, and its error comes out last. */
#include "scenario.h"

#define add(group, coroutine_, ...)                                                                \
    ouro_task_group_create_task((group), (coroutine_), .name = text(__VA_ARGS__))

OURO_ASYNC(sleeper, (double, delay), (double, cleanup), (int, number))
{
    int status = ouro_sleep(delay);

    if (status < 0) {
        trace("interrupted: %s", show(status));
        if (cleanup > 0) {
            OURO_TRY(ouro_sleep(cleanup));
            trace("clean");
        }
        return number ? fail(number) : status;
    }
    trace("slept");
    return 0;
}

OURO_ASYNC(fails, (double, delay), (int, number))
{
    OURO_TRY(ouro_sleep(delay));
    trace("fails with %d", number);
    return fail(number);
}

OURO_ASYNC(at_once)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        add(&group, sleeper_coro(5, 0, 0), "t");
        status = fail(1);
    }
    trace("%s", show(status));
    return 0;
}

OURO_ASYNC(without_tasks)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        status = fail(2);
    }
    trace("%s", show(status));
    return 0;
}

OURO_ASYNC(after_a_while)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        for (int i = 0; i < 2; i++) {
            add(&group, sleeper_coro(5, 0.5, 0), "t%d", i);
        }
        OURO_TRY(ouro_sleep(1));
        status = fail(3);
    }
    trace("%s", show(status));
    trace("cancelling %d", cancelling());
    return 0;
}

OURO_ASYNC(tasks_fail_while_cleaning_up)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        add(&group, sleeper_coro(5, 0.5, 4), "t0");
        add(&group, sleeper_coro(5, 0.2, 5), "t1");
        OURO_TRY(ouro_sleep(1));
        status = fail(6);
    }
    trace("%s", show(status));
    return 0;
}

OURO_ASYNC(after_a_child_failed)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        add(&group, fails_coro(1, 7), "bad");
        ouro_ignore(ouro_sleep(5));
        status = fail(8);
    }
    trace("%s", show(status));
    trace("cancelling %d", cancelling());
    return 0;
}

OURO_ASYNC(its_error_is_a_timeout)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        add(&group, sleeper_coro(5, 0, 0), "t");
        ouro_with_timeout (&status, 1) {
            status = ouro_sleep(3);
        }
    }
    trace("%s", show(status));
    return 0;
}

OURO_ASYNC(its_error_is_a_childs)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        ouro_task *bad = spawn(fails_coro(1, 9), "outside the group");
        add(&group, sleeper_coro(5, 0, 0), "t");
        status = join(bad);
    }
    trace("%s", show(status));
    return 0;
}

OURO_ASYNC(a_raised_cancel_is_no_failure)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        add(&group, sleeper_coro(5, 0, 0), "t");
        OURO_TRY(ouro_sleep(1));
        status = -ECANCELED;
    }
    trace("%s", show(status));
    trace("cancelling %d", cancelling());
    return 0;
}

SCENARIO(CASE(at_once), CASE(without_tasks), CASE(after_a_while),
         CASE(tasks_fail_while_cleaning_up), CASE(after_a_child_failed),
         CASE(its_error_is_a_timeout), CASE(its_error_is_a_childs),
         CASE(a_raised_cancel_is_no_failure))
