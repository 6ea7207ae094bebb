/* A cancel that comes when the wait is over but the task has not run yet: the cancel wins. */
#include "scenario.h"

OURO_ASYNC(waiter, (ouro_future *, future))
{
    int status = ouro_await(future);

    if (status < 0) {
        trace("interrupted: %s", show(status));
        return status;
    }
    trace("got the result");
    return 0;
}

OURO_ASYNC(set_then_cancel)
{
    ouro_future *future = ouro_create_future();
    ouro_task *task = spawn(waiter_coro(future), "t");

    OURO_TRY(ouro_sleep(0));
    set_result(future);
    bool accepted = ouro_task_cancel(task, NULL);
    trace("cancel %d, future cancelled %d", accepted, ouro_future_cancelled(future));
    trace("%s", show(join(task)));
    trace("the future has %s", result(future));
    ouro_future_unref(future);
    return 0;
}

OURO_ASYNC(cancel_then_set)
{
    ouro_future *future = ouro_create_future();
    ouro_task *task = spawn(waiter_coro(future), "t");

    OURO_TRY(ouro_sleep(0));
    ouro_task_cancel(task, NULL);
    trace("future cancelled %d", ouro_future_cancelled(future));
    trace("%s", show(join(task)));
    ouro_future_unref(future);
    return 0;
}

OURO_ASYNC(told_sleeper)
{
    int status = ouro_sleep(1);

    trace("%s", status < 0 ? "interrupted" : "slept");
    return status;
}

OURO_ASYNC(at_the_end_of_a_sleep)
{
    ouro_task *task = spawn(told_sleeper_coro(), "t");

    OURO_TRY(ouro_sleep(0));
    /* Due together with the sleep, and set after it: the sleep is over, its task has not run. */
    call_later(1, cancel_callback, task);
    trace("%s", show(join(task)));
    return 0;
}

OURO_ASYNC(silent_sleeper)
{
    OURO_TRY(ouro_sleep(1));
    trace("slept");
    return 0;
}

OURO_ASYNC(just_before_the_end_of_a_sleep)
{
    ouro_task *task = NULL;

    call_later(1, cancel_pointed_callback, &task);
    task = spawn(silent_sleeper_coro(), "t");
    trace("%s", show(join(task)));
    return 0;
}

OURO_ASYNC(stubborn, (ouro_future *, future))
{
    if (ouro_await(future) == -ECANCELED) {
        trace("swallows it");
    }
    trace("the future has %s", result(future));
    OURO_TRY(ouro_sleep(0.1));
    return 3;
}

OURO_ASYNC(swallowed_after_the_wake)
{
    ouro_future *future = ouro_create_future();
    ouro_task *task = spawn(stubborn_coro(future), "t");

    OURO_TRY(ouro_sleep(0));
    set_result(future);
    ouro_task_cancel(task, NULL);
    const char *outcome = show(ouro_await(task));
    trace("%s, cancelling %d", outcome, ouro_task_cancelling(task));
    ouro_task_unref(task);
    ouro_future_unref(future);
    return 0;
}

OURO_ASYNC(sleep_one)
{
    return ouro_sleep(1);
}

static void cancel_other(ouro_future *future, void *other)
{
    (void) future;
    ouro_task_cancel((ouro_task *) other, NULL);
}

OURO_ASYNC(after_the_awaited_task_ended)
{
    ouro_task *inner = spawn(sleep_one_coro(), "inner");
    ouro_task *outer = spawn(waiter_coro(inner), "outer");

    on_done(inner, cancel_other, outer);
    OURO_TRY(ouro_sleep(0));
    trace("%s", show(join(outer)));
    trace("inner has %s", result(inner));
    ouro_task_unref(inner);
    return 0;
}

static void cancel_other_loudly(ouro_future *future, void *other)
{
    (void) future;
    trace("cancel %d", ouro_task_cancel((ouro_task *) other, NULL));
}

OURO_ASYNC(before_the_awaited_task_wakes_it)
{
    ouro_task *inner = spawn(sleep_one_coro(), "inner");
    ouro_task *outer = spawn(waiter_coro(inner), "outer");

    OURO_TRY(ouro_sleep(0.5));
    on_done(inner, cancel_other_loudly, outer);
    trace("%s", show(join(outer)));
    ouro_task_unref(inner);
    return 0;
}

SCENARIO(CASE(set_then_cancel), CASE(cancel_then_set), CASE(at_the_end_of_a_sleep),
         CASE(just_before_the_end_of_a_sleep), CASE(swallowed_after_the_wake),
         CASE(after_the_awaited_task_ended), CASE(before_the_awaited_task_wakes_it))
