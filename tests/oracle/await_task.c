/* Awaiting a task gives its result, its error, or its cancellation, to every waiter. */
#include "scenario.h"

OURO_ASYNC(returns, (double, delay), (int, value))
{
    OURO_TRY(ouro_sleep(delay));
    trace("returns");
    return value;
}

OURO_ASYNC(fails, (double, delay), (int, number))
{
    OURO_TRY(ouro_sleep(delay));
    trace("fails");
    return fail(number);
}

OURO_ASYNC(outcomes)
{
    ouro_task *tasks[] = {
        spawn(returns_coro(0.1, 5), "good"),
        spawn(fails_coro(0.2, 1), "bad"),
        spawn(returns_coro(9, 0), "gone"),
    };

    call_later(0.3, cancel_callback, tasks[2]);
    for (size_t i = 0; i < COUNT(tasks); i++) {
        const char *outcome = show(ouro_await(tasks[i]));
        trace("%s: %s", ouro_task_get_name(tasks[i]), outcome);
    }
    for (size_t i = 0; i < COUNT(tasks); i++) {
        trace("%s: %s, cancelled %d", ouro_task_get_name(tasks[i]), result(tasks[i]),
              ouro_future_cancelled(tasks[i]));
    }
    unref_all(tasks, COUNT(tasks));
    return 0;
}

OURO_ASYNC(an_awaited_task_that_is_done)
{
    ouro_task *task = spawn(fails_coro(0, 2), "bad");

    OURO_TRY(ouro_sleep(1));
    say_soon("soon");
    trace("%s", show(ouro_await(task)));
    trace("%s", show(join(task)));
    trace("has not suspended");
    return ouro_sleep(0);
}

OURO_ASYNC(waiter, (ouro_task *, task))
{
    trace("got %s", show(ouro_await(task)));
    return 0;
}

OURO_ASYNC(several_waiters)
{
    ouro_task *task = spawn(fails_coro(0.5, 3), "bad");
    ouro_task *waiters[3];

    for (int i = 0; i < 3; i++) {
        waiters[i] = spawn(waiter_coro(task), "w%d", i);
    }
    join_all(waiters, 3);
    trace("done");
    ouro_task_unref(task);
    return 0;
}

OURO_ASYNC(outer)
{
    OURO_TRY(join(spawn(fails_coro(0.1, 4), "inner")));
    trace("not reached");
    return 0;
}

OURO_ASYNC(an_error_passes_through_tasks)
{
    trace("%s", show(join(spawn(outer_coro(), "outer"))));
    return 0;
}

OURO_ASYNC(middle, (int, number))
{
    int status = fails(0.1, number);

    trace("middle cleans up");
    return status;
}

OURO_ASYNC(an_error_passes_through_calls)
{
    trace("%s", show(middle(5)));
    trace("%s", show(join(spawn(middle_coro(6), "task"))));
    return 0;
}

OURO_ASYNC(a_pending_task_has_no_result)
{
    ouro_task *task = spawn(returns_coro(1, 1), "slow");

    trace("%s, done %d", result(task), ouro_future_done(task));
    OURO_TRY(ouro_sleep(0.5));
    trace("%s, done %d", result(task), ouro_future_done(task));
    OURO_TRY(ouro_await(task));
    trace("%s, done %d", result(task), ouro_future_done(task));
    ouro_task_unref(task);
    return 0;
}

OURO_ASYNC(selfish)
{
    trace("%s", show(ouro_await(ouro_current_task())));
    OURO_TRY(ouro_sleep(0.1));
    return 8;
}

OURO_ASYNC(a_task_that_awaits_itself)
{
    trace("%s", show(join(spawn(selfish_coro(), "selfish"))));
    return 0;
}

SCENARIO(CASE(outcomes), CASE(an_awaited_task_that_is_done), CASE(several_waiters),
         CASE(an_error_passes_through_tasks), CASE(an_error_passes_through_calls),
         CASE(a_pending_task_has_no_result), CASE(a_task_that_awaits_itself))
