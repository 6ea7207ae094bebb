/* Groups and timeouts entered twice, used before or after, or moved when it is too late. */
#include "scenario.h"

OURO_ASYNC(sleeps, (double, delay))
{
    return ouro_sleep(delay);
}

static void add(ouro_task_group *group)
{
    if (ouro_task_group_create_task(group, sleeps_coro(1), .name = "t") != NULL) {
        trace("added");
    } else {
        trace("%s", show_misuse(ouro_error_detail()->status));
    }
}

OURO_ASYNC(a_group_not_entered)
{
    ouro_task_group group = { .flags_ = 0 };

    add(&group);
    return 0;
}

OURO_ASYNC(a_group_that_is_finished)
{
    ouro_task_group group = { .flags_ = 0 };

    OURO_TRY(ouro_task_group_enter(&group));
    add(&group);
    OURO_TRY(ouro_task_group_exit(&group, 0));
    add(&group);
    trace("%s", show_misuse(ouro_task_group_enter(&group)));
    return 0;
}

OURO_ASYNC(a_group_entered_twice)
{
    ouro_task_group group = { .flags_ = 0 };

    OURO_TRY(ouro_task_group_enter(&group));
    trace("%s", show_misuse(ouro_task_group_enter(&group)));
    add(&group);
    OURO_TRY(ouro_task_group_exit(&group, 0));
    trace("left");
    return 0;
}

OURO_ASYNC(fails)
{
    return fail(1);
}

OURO_ASYNC(a_group_after_a_failure)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        ouro_task_group_create_task(&group, fails_coro(), .name = "bad");
        status = ouro_sleep(1);
        if (status == -ECANCELED) {
            add(&group);
        }
    }
    trace("%s", show(status));
    return 0;
}

OURO_ASYNC(a_timeout_entered_twice)
{
    int status = 0;

    ouro_with_timeout_as(limit, &status, 1)
    {
        trace("%s", show_misuse(ouro_timeout_enter(&limit, 1)));
        status = ouro_sleep(0.5);
    }
    trace("left");
    return status;
}

static void move(ouro_timeout *limit, double when)
{
    int status = ouro_timeout_reschedule(limit, ouro_loop_time(ouro_get_running_loop()) + when);

    trace("%s", status == 0 ? "moved" : show_misuse(status));
}

OURO_ASYNC(a_timeout_that_is_moved_too_late)
{
    ouro_timeout limit = { .state_ = 0 };
    int status;

    move(&limit, 1);
    OURO_TRY(ouro_timeout_enter(&limit, 1));
    move(&limit, 2);
    status = ouro_sleep(9);
    move(&limit, 5);
    status = ouro_timeout_exit(&limit, status);
    if (status == -ETIMEDOUT) {
        trace("%s", show(status));
    }
    move(&limit, 5);
    trace("expired %d", ouro_timeout_expired(&limit));
    return 0;
}

SCENARIO(CASE(a_group_not_entered), CASE(a_group_that_is_finished), CASE(a_group_entered_twice),
         CASE(a_group_after_a_failure), CASE(a_timeout_entered_twice),
         CASE(a_timeout_that_is_moved_too_late))
