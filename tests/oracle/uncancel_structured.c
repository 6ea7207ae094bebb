/* What structured blocks are built on: cancel requests that are counted and taken back. */
#include "scenario.h"

static void counts(void)
{
    trace("cancelling %d", cancelling());
}

static void cancel_by_limit(void *task)
{
    ouro_task_cancel((ouro_task *) task, "limit");
}

/* A timeout as a user would write it. Returns whether it was too late. */
static int a_block_with_a_limit_of_its_own(double limit, double delay)
{
    ouro_task *task = ouro_current_task();
    int before = ouro_task_cancelling(task);
    ouro_timer timer;

    ouro_timer_init(&timer, cancel_by_limit, task);
    OURO_TRY(ouro_loop_call_later_timer(ouro_get_running_loop(), limit, &timer));
    int status = ouro_sleep(delay);
    if (status == 0) {
        trace("slept");
    } else if (ouro_task_uncancel(task) <= before) {
        status = 1;
    }
    ouro_timer_cancel(&timer);
    return status;
}

OURO_ASYNC(tells, (double, limit), (double, delay))
{
    int is_late = OURO_TRY(a_block_with_a_limit_of_its_own(limit, delay));

    trace("late %d", is_late);
    counts();
    return 0;
}

OURO_ASYNC(in_time)
{
    return tells(2, 1);
}

OURO_ASYNC(too_late)
{
    OURO_TRY(tells(1, 2));
    OURO_TRY(ouro_sleep(0.5));
    trace("goes on");
    return 0;
}

OURO_ASYNC(cancelled_from_outside_too)
{
    ouro_task *task = spawn(tells_coro(1, 2), "t");

    OURO_TRY(ouro_sleep(0));
    call_later(1, cancel_callback, task);
    trace("%s", show(ouro_await(task)));
    trace("cancelling %d", ouro_task_cancelling(task));
    ouro_task_unref(task);
    return 0;
}

OURO_ASYNC(one_after_another)
{
    static const double delays[] = { 0.5, 2, 0.5, 2 };

    for (size_t i = 0; i < COUNT(delays); i++) {
        OURO_TRY(tells(1, delays[i]));
    }
    return 0;
}

OURO_ASYNC(retries, (int, count))
{
    for (int i = 0; i < count; i++) {
        int status = ouro_sleep(1);

        if (status < 0) {
            trace("swallows %s, %d open", show(status), cancelling());
        }
    }
    counts();
    return count;
}

OURO_ASYNC(swallowed_and_not_taken_back)
{
    ouro_task *task = spawn(retries_coro(3), "t");

    for (int i = 0; i < 2; i++) {
        OURO_TRY(ouro_sleep(0.5));
        ouro_task_cancel(task, NULL);
    }
    trace("%s", show(ouro_await(task)));
    trace("cancelled %d, cancelling %d", ouro_future_cancelled(task), ouro_task_cancelling(task));
    ouro_task_unref(task);
    return 0;
}

OURO_ASYNC(takes_back_too_often)
{
    ouro_task *task = ouro_current_task();

    int first = ouro_task_uncancel(task);
    trace("%d %d", first, ouro_task_uncancel(task));
    ouro_task_cancel(task, NULL);
    first = ouro_task_uncancel(task);
    trace("%d %d", first, ouro_task_uncancel(task));
    OURO_TRY(ouro_sleep(0));
    counts();
    return 0;
}

static int cancelled_once(ouro_coroutine coroutine)
{
    ouro_task *task = spawn(coroutine, "t");

    OURO_TRY(ouro_sleep(0.5));
    ouro_task_cancel(task, NULL);
    int status = join(task);
    trace("%s", show(status));
    return 0;
}

static void swallow(void)
{
    if (ouro_sleep(5) == -ECANCELED) {
        trace("swallows");
    }
}

OURO_ASYNC(has_a_timeout)
{
    int status = 0;

    swallow();
    ouro_with_timeout (&status, 1) {
        status = ouro_sleep(5);
    }
    if (status == -ETIMEDOUT) {
        trace("the timeout is its own");
        status = 0;
    }
    counts();
    return status;
}

OURO_ASYNC(a_timeout_after_a_swallowed_and_kept_one)
{
    return cancelled_once(has_a_timeout_coro());
}

OURO_ASYNC(child)
{
    OURO_TRY(ouro_sleep(1));
    trace("ends");
    return 0;
}

OURO_ASYNC(has_a_group)
{
    int status = 0;

    swallow();
    ouro_with_task_group (group, &status) {
        ouro_task_group_create_task(&group, child_coro(), .name = "child");
    }
    counts();
    return status;
}

OURO_ASYNC(a_group_after_a_swallowed_and_kept_one)
{
    return cancelled_once(has_a_group_coro());
}

SCENARIO(CASE(in_time), CASE(too_late), CASE(cancelled_from_outside_too), CASE(one_after_another),
         CASE(swallowed_and_not_taken_back), CASE(takes_back_too_often),
         CASE(a_timeout_after_a_swallowed_and_kept_one),
         CASE(a_group_after_a_swallowed_and_kept_one))
