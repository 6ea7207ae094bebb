/* wait_for and cancellation: nothing is swallowed, what swallows is waited for. */
#include "scenario.h"

OURO_ASYNC(slow, (double, cleanup))
{
    int status = ouro_sleep(10);

    if (status == -ECANCELED) {
        trace("interrupted");
        OURO_TRY(ouro_sleep(cleanup));
        trace("clean");
    }
    return status;
}

OURO_ASYNC(waiter, (const ouro_awaitable *, awaitable), (double, timeout))
{
    int status = ouro_wait_for_with(awaitable, timeout);

    trace("wait_for: %s", show(status));
    return status;
}

static ouro_task *waiting(const ouro_awaitable *awaitable, double timeout)
{
    return spawn(waiter_coro(awaitable, timeout), "waiter");
}

static void tell_waiting(const ouro_awaitable *awaitable, double timeout)
{
    trace("%s", show(join(waiting(awaitable, timeout))));
}

OURO_ASYNC(it_overruns)
{
    ouro_task *task = spawn(slow_coro(3), "t");
    ouro_awaitable awaitable = OURO_AWAITABLE(task);

    tell_waiting(&awaitable, 1);
    ouro_task_unref(task);
    return 0;
}

OURO_ASYNC(a_coroutine_overruns)
{
    ouro_awaitable awaitable = OURO_AWAITABLE(slow_coro(3));

    tell_waiting(&awaitable, 1);
    return 0;
}

/* Waits for the same coroutine as a task, then as it is. */
static int wait_for_both(ouro_coroutine coroutine)
{
    ouro_task *task = spawn(coroutine, "t");
    ouro_awaitable as_task = OURO_AWAITABLE(task);
    ouro_awaitable as_it_is = OURO_AWAITABLE(coroutine);

    tell_waiting(&as_task, 1);
    tell_waiting(&as_it_is, 1);
    ouro_task_unref(task);
    return 0;
}

OURO_ASYNC(stubborn)
{
    if (ouro_sleep(10) == -ECANCELED) {
        trace("swallows it");
    }
    return 3;
}

OURO_ASYNC(a_swallowed_timeout_gives_the_value)
{
    return wait_for_both(stubborn_coro());
}

OURO_ASYNC(failing)
{
    ouro_ignore(ouro_sleep(10));
    return fail(4);
}

OURO_ASYNC(an_error_instead_of_the_cancel)
{
    return wait_for_both(failing_coro());
}

OURO_ASYNC(cancelled_from_outside)
{
    ouro_task *task = spawn(slow_coro(1), "t");
    ouro_awaitable awaitable = OURO_AWAITABLE(task);
    ouro_task *outer = waiting(&awaitable, 5);

    OURO_TRY(ouro_sleep(2));
    ouro_task_cancel(outer, NULL);
    trace("%s", show(join(outer)));
    trace("the task came to %s", result(task));
    ouro_task_unref(task);
    return 0;
}

OURO_ASYNC(cancelled_from_outside_while_it_overruns)
{
    ouro_task *task = spawn(slow_coro(3), "t");
    ouro_awaitable awaitable = OURO_AWAITABLE(task);
    ouro_task *outer = waiting(&awaitable, 1);

    OURO_TRY(ouro_sleep(2));
    ouro_task_cancel(outer, NULL);
    trace("%s", show(join(outer)));
    trace("the task came to %s", result(task));
    ouro_task_unref(task);
    return 0;
}

OURO_ASYNC(cancelled_in_the_iteration_of_the_result)
{
    ouro_future *future = ouro_create_future();
    ouro_awaitable awaitable = OURO_AWAITABLE(future);
    ouro_task *outer = waiting(&awaitable, 5);

    OURO_TRY(ouro_sleep(0));
    set_result(future);
    trace("cancel %d", ouro_task_cancel(outer, NULL));
    trace("%s", show(join(outer)));
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

OURO_ASYNC(cancelled_in_the_iteration_of_a_tasks_end)
{
    ouro_task *inner = spawn(sleep_one_coro(), "inner");
    ouro_awaitable awaitable = OURO_AWAITABLE(inner);
    ouro_task *outer = waiting(&awaitable, 5);

    on_done(inner, cancel_other, outer);
    trace("%s", show(join(outer)));
    trace("inner came to %s", result(inner));
    ouro_task_unref(inner);
    return 0;
}

OURO_ASYNC(cancelled_in_the_iteration_of_the_timeout)
{
    ouro_future *future = ouro_create_future();
    ouro_awaitable awaitable = OURO_AWAITABLE(future);
    ouro_task *outer = waiting(&awaitable, 1);

    OURO_TRY(ouro_sleep(0));
    call_later(1, cancel_callback, outer);
    trace("%s", show(ouro_await(outer)));
    trace("cancelling %d", ouro_task_cancelling(outer));
    ouro_task_unref(outer);
    ouro_future_unref(future);
    return 0;
}

static void tell_done(void *future)
{
    trace("other is done %d", ouro_future_done((ouro_future *) future));
}

OURO_ASYNC(the_result_in_the_iteration_of_the_timeout)
{
    ouro_future *future = ouro_create_future();
    ouro_future *other = ouro_create_future();
    ouro_awaitable first = OURO_AWAITABLE(future);
    ouro_awaitable second = OURO_AWAITABLE(other);

    call_later(1, set_callback, future);
    tell_waiting(&first, 1);
    ouro_task *outer = waiting(&second, 1);
    OURO_TRY(ouro_sleep(0));
    call_later(1, tell_done, other);
    trace("%s", show(join(outer)));
    ouro_future_unref(future);
    ouro_future_unref(other);
    return 0;
}

OURO_ASYNC(the_inner_task_is_cancelled_by_another)
{
    ouro_task *task = spawn(slow_coro(0), "t");
    ouro_awaitable awaitable = OURO_AWAITABLE(task);
    ouro_task *outer = waiting(&awaitable, 5);

    OURO_TRY(ouro_sleep(1));
    ouro_task_cancel(task, NULL);
    trace("%s", show(ouro_await(outer)));
    trace("cancelling %d", ouro_task_cancelling(outer));
    ouro_task_unref(task);
    ouro_task_unref(outer);
    return 0;
}

SCENARIO(CASE(it_overruns), CASE(a_coroutine_overruns), CASE(a_swallowed_timeout_gives_the_value),
         CASE(an_error_instead_of_the_cancel), CASE(cancelled_from_outside),
         CASE(cancelled_from_outside_while_it_overruns),
         CASE(cancelled_in_the_iteration_of_the_result),
         CASE(cancelled_in_the_iteration_of_a_tasks_end),
         CASE(cancelled_in_the_iteration_of_the_timeout),
         CASE(the_result_in_the_iteration_of_the_timeout),
         CASE(the_inner_task_is_cancelled_by_another))
