/* When a task of a group fails, the others and the block are cancelled, and all failures come out.
 */
#include "scenario.h"

#define add(group, coroutine_, ...)                                                                \
    ouro_task_group_create_task((group), (coroutine_), .name = text(__VA_ARGS__))

OURO_ASYNC(fails, (double, delay), (int, number))
{
    OURO_TRY(ouro_sleep(delay));
    trace("fails with %d", number);
    return fail(number);
}

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

OURO_ASYNC(the_others_are_cancelled)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        for (int i = 0; i < 3; i++) {
            add(&group, sleeper_coro(5, 0, 0), "t%d", i);
        }
        add(&group, fails_coro(1, 1), "bad");
        trace("the block ends");
    }
    trace("%s", show(status));
    return 0;
}

OURO_ASYNC(the_block_is_cancelled)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        add(&group, sleeper_coro(5, 0, 0), "t");
        add(&group, fails_coro(1, 2), "bad");
        status = ouro_sleep(5);
        if (status == -ECANCELED) {
            trace("the block is interrupted, cancelling %d", cancelling());
        }
    }
    trace("%s", show(status));
    OURO_TRY(ouro_sleep(1));
    trace("goes on");
    return 0;
}

OURO_ASYNC(errors_in_the_order_in_which_they_came)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        add(&group, sleeper_coro(5, 0.5, 1), "t0");
        add(&group, sleeper_coro(5, 0.2, 2), "t1");
        add(&group, sleeper_coro(5, 0.9, 0), "t2");
        add(&group, fails_coro(1, 3), "bad");
    }
    trace("%s", show(status));
    return 0;
}

OURO_ASYNC(several_fail_in_one_iteration)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        for (int number = 1; number < 4; number++) {
            add(&group, fails_coro(1, number), "bad-%d", number);
        }
        add(&group, sleeper_coro(5, 0, 0), "t");
    }
    trace("%s", show(status));
    return 0;
}

OURO_ASYNC(fails_at_once)
{
    trace("fails at once");
    return fail(4);
}

OURO_ASYNC(a_failure_at_the_first_step)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        add(&group, sleeper_coro(5, 0, 0), "before");
        add(&group, fails_at_once_coro(), "bad");
        add(&group, sleeper_coro(5, 0, 0), "behind");
    }
    trace("%s", show(status));
    return 0;
}

OURO_ASYNC(the_last_one_fails)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        add(&group, sleeper_coro(1, 0, 0), "t");
        add(&group, fails_coro(2, 5), "bad");
    }
    trace("%s", show(status));
    return 0;
}

OURO_ASYNC(a_block_that_swallows_the_cancel)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        add(&group, fails_coro(1, 6), "bad");
        if (ouro_sleep(5) == -ECANCELED) {
            trace("swallows it");
        }
        OURO_TRY(ouro_sleep(1));
        trace("goes on");
    }
    trace("%s", show(status));
    return 0;
}

OURO_ASYNC(stubborn)
{
    if (ouro_sleep(5) == -ECANCELED) {
        trace("swallows it");
    }
    OURO_TRY(ouro_sleep(1));
    trace("ends well");
    return 0;
}

OURO_ASYNC(children_that_swallow_the_cancel)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        add(&group, stubborn_coro(), "stubborn");
        add(&group, fails_coro(1, 7), "bad");
    }
    trace("%s", show(status));
    return 0;
}

SCENARIO(CASE(the_others_are_cancelled), CASE(the_block_is_cancelled),
         CASE(errors_in_the_order_in_which_they_came), CASE(several_fail_in_one_iteration),
         CASE(a_failure_at_the_first_step), CASE(the_last_one_fails),
         CASE(a_block_that_swallows_the_cancel), CASE(children_that_swallow_the_cancel))
