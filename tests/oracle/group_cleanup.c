/* What is awaited while a group is being left: by its tasks, by its block, and after it. */
#include "scenario.h"

#define add(group, coroutine_, name_)                                                              \
    ouro_task_group_create_task((group), (coroutine_), .name = (name_))

OURO_ASYNC(cleans_up, (double, delay), (int, number))
{
    int status = ouro_sleep(9);
    int cleanup = ouro_sleep(delay);

    trace("cleans up: %s", show(cleanup));
    return number > 0 ? fail(number) : status;
}

OURO_ASYNC(fails, (double, delay), (int, number))
{
    OURO_TRY(ouro_sleep(delay));
    return fail(number);
}

OURO_ASYNC(a_second_failure_during_the_cleanup)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        add(&group, fails_coro(1, 1), "bad");
        add(&group, cleans_up_coro(2, 2), "slow");
        add(&group, cleans_up_coro(1, 0), "good");
    }
    trace("%s", show(status));
    return 0;
}

OURO_ASYNC(parent, (int, number))
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        if (number > 0) {
            add(&group, fails_coro(1, number), "bad");
        }
        add(&group, cleans_up_coro(3, 0), "slow");
        status = ouro_sleep(1);
        if (status == 0 && number == 0) {
            ouro_task_cancel(ouro_current_task(), NULL);
            status = ouro_sleep(1);
        }
    }
    trace("%s, cancelling %d", show(status), cancelling());
    return status;
}

OURO_ASYNC(the_parent_is_cancelled_during_the_cleanup)
{
    for (int number = 1; number >= 0; number--) {
        ouro_task *task = spawn(parent_coro(number), "parent");

        OURO_TRY(ouro_sleep(2));
        ouro_task_cancel(task, NULL);
        trace("%s", show(join(task)));
    }
    return 0;
}

OURO_ASYNC(the_block_cleans_up_too)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        add(&group, fails_coro(1, 1), "bad");
        add(&group, cleans_up_coro(1, 0), "slow");
        status = ouro_sleep(9);
        int cleanup = ouro_sleep(3);
        trace("the block: %s", show(cleanup));
    }
    trace("%s", show(status));
    return 0;
}

OURO_ASYNC(the_block_fails_while_it_cleans_up)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        add(&group, fails_coro(1, 1), "bad");
        if (ouro_sleep(9) == -ECANCELED) {
            status = fail(2);
        }
    }
    trace("%s", show(status));
    return 0;
}

OURO_ASYNC(sleeps, (double, delay))
{
    return ouro_sleep(delay);
}

OURO_ASYNC(adds, (ouro_task_group *, group))
{
    int status = ouro_sleep(1);

    add(group, sleeps_coro(2), "late");
    trace("added");
    return status;
}

OURO_ASYNC(a_task_is_started_by_a_cleanup)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        add(&group, adds_coro(&group), "adds");
    }
    trace("left");
    return status;
}

SCENARIO(CASE(a_second_failure_during_the_cleanup),
         CASE(the_parent_is_cancelled_during_the_cleanup), CASE(the_block_cleans_up_too),
         CASE(the_block_fails_while_it_cleans_up), CASE(a_task_is_started_by_a_cleanup))
