/* Groups that begin where an error or a cancel is being handled. */
#include "scenario.h"

OURO_ASYNC(child, (double, delay), (int, number))
{
    OURO_TRY(ouro_sleep(delay));
    trace("ends");
    return number ? fail(number) : 0;
}

static int two_children(int number)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        ouro_task_group_create_task(&group, child_coro(1, 0), .name = "a");
        ouro_task_group_create_task(&group, child_coro(2, number), .name = "b");
    }
    return status;
}

OURO_ASYNC(while_an_error_is_handled)
{
    if (fail(1) < 0) {
        OURO_TRY(two_children(0));
    }
    trace("went on");
    return 0;
}

OURO_ASYNC(a_failing_one_while_an_error_is_handled)
{
    int status = fail(1);

    if (status < 0) {
        status = two_children(2);
    }
    trace("%s", show(status));
    return 0;
}

OURO_ASYNC(cleans_up, (int, number))
{
    int status = ouro_sleep(10);

    if (status < 0) {
        trace("interrupted");
        OURO_TRY(two_children(number));
    }
    return status;
}

static int cancel_after(const double *delays, size_t count, ouro_coroutine coroutine)
{
    ouro_task *task = spawn(coroutine, "t");

    for (size_t i = 0; i < count; i++) {
        OURO_TRY(ouro_sleep(delays[i]));
        trace("cancels");
        ouro_task_cancel(task, NULL);
    }
    int status = ouro_await(task);
    trace("%s", show(status));
    trace("cancelled %d, cancelling %d", ouro_future_cancelled(task), ouro_task_cancelling(task));
    ouro_task_unref(task);
    return 0;
}

static const double delays[] = { 1, 1.5 };

OURO_ASYNC(while_a_cancel_is_handled)
{
    return cancel_after(delays, 1, cleans_up_coro(0));
}

OURO_ASYNC(a_failing_one_while_a_cancel_is_handled)
{
    return cancel_after(delays, 1, cleans_up_coro(3));
}

OURO_ASYNC(cancelled_again_in_the_cleanup)
{
    return cancel_after(delays, 2, cleans_up_coro(0));
}

OURO_ASYNC(outer_child)
{
    int status = ouro_sleep(10);

    trace("cleans up");
    OURO_TRY(two_children(0));
    return status;
}

OURO_ASYNC(in_the_end_of_a_group)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        ouro_task_group_create_task(&group, outer_child_coro(), .name = "outer");
        ouro_task_group_create_task(&group, child_coro(1, 4), .name = "bad");
    }
    trace("%s", show(status));
    return 0;
}

OURO_ASYNC(one_failed_group_after_another)
{
    for (int number = 5; number <= 6; number++) {
        int status = two_children(number);

        trace("%s", show(status));
    }
    trace("cancelling %d", cancelling());
    return 0;
}

SCENARIO(CASE(while_an_error_is_handled), CASE(a_failing_one_while_an_error_is_handled),
         CASE(while_a_cancel_is_handled), CASE(a_failing_one_while_a_cancel_is_handled),
         CASE(cancelled_again_in_the_cleanup), CASE(in_the_end_of_a_group),
         CASE(one_failed_group_after_another))
