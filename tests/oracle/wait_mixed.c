/* Waits over tasks and futures together, the same ones in several waits, and waits that end. */
#include "scenario.h"

OURO_ASYNC(body, (double, delay), (int, value))
{
    OURO_TRY(ouro_sleep(delay));
    return value < 0 ? fail(-value) : value;
}

#define wait_for_some(futures_, count_, ...)                                                       \
    tell((futures_), (count_), ouro_wait((futures_), (count_), __VA_ARGS__))

static int tell(ouro_future **futures, size_t count, int done)
{
    if (done >= 0) {
        trace("%d of %zu: %s", done, count, done_flags(futures, count));
    }
    return done < 0 ? done : 0;
}

OURO_ASYNC(a_task_and_a_future)
{
    ouro_future *futures[] = { spawn(body_coro(0.2, 1), "t"), ouro_create_future() };

    call_later(0.1, set_callback, futures[1]);
    OURO_TRY(wait_for_some(futures, 2, .return_when = OURO_FIRST_COMPLETED));
    OURO_TRY(wait_for_some(futures, 2, .timeout = 0));
    unref_all(futures, 2);
    return 0;
}

OURO_ASYNC(duplicates_of_both)
{
    ouro_future *task = spawn(body_coro(0.1, 1), "t");
    ouro_future *future = ouro_create_future();
    ouro_future *all[] = { task, future, task, future, future };

    call_later(0.2, set_callback, future);
    int done = OURO_TRY(ouro_wait(all, COUNT(all)));
    trace("%d %d", done, 2 - done);
    ouro_future_unref(task);
    ouro_future_unref(future);
    return 0;
}

OURO_ASYNC(waiter, (ouro_future **, futures), (size_t, count), (ouro_return_when, when))
{
    return wait_for_some(futures, count, .return_when = when);
}

OURO_ASYNC(several_waits_for_the_same)
{
    ouro_task *futures[] = { spawn(body_coro(0.1, 1), "a"), spawn(body_coro(0.2, -2), "b"),
                             spawn(body_coro(0.3, 3), "c") };
    ouro_task *tasks[] = { spawn(waiter_coro(futures, 3, OURO_FIRST_COMPLETED), "first_completed"),
                           spawn(waiter_coro(futures, 3, OURO_FIRST_EXCEPTION), "first_exception"),
                           spawn(waiter_coro(futures, 3, OURO_ALL_COMPLETED), "all_completed") };

    join_all(tasks, 3);
    trace("%s", show(ouro_await(futures[1])));
    unref_all(futures, 3);
    return 0;
}

static void set_error_callback(void *future)
{
    ouro_ignore(ouro_future_set_exception((ouro_future *) future, fail(1)));
}

OURO_ASYNC(a_future_that_is_set_with_an_error)
{
    ouro_future *futures[] = { ouro_create_future(), spawn(body_coro(0.2, 1), "t") };

    call_later(0.1, set_error_callback, futures[0]);
    OURO_TRY(wait_for_some(futures, 2, .return_when = OURO_FIRST_EXCEPTION));
    trace("%s", show(ouro_await(futures[0])));
    OURO_TRY(wait_for_some(futures, 2, .return_when = OURO_FIRST_EXCEPTION));
    unref_all(futures, 2);
    return 0;
}

OURO_ASYNC(one_cancelled_while_waited_for)
{
    ouro_future *futures[] = { spawn(body_coro(5, 1), "t"), ouro_create_future(),
                               spawn(body_coro(0.3, 1), "u") };

    call_later(0.1, cancel_callback, futures[0]);
    call_later(0.2, cancel_callback, futures[1]);
    OURO_TRY(wait_for_some(futures, 3, .return_when = OURO_FIRST_EXCEPTION));
    unref_all(futures, 3);
    return 0;
}

OURO_ASYNC(a_wait_in_a_timeout)
{
    ouro_future *futures[] = { ouro_create_future(), spawn(body_coro(0.1, 1), "t") };
    int status = 0;

    ouro_with_timeout (&status, 0.5) {
        status = wait_for_some(futures, 2, .timeout = 0);
    }
    if (status == -ETIMEDOUT) {
        trace("too late");
    }
    trace("%s", done_flags(futures, 2));
    set_result(futures[0]);
    OURO_TRY(wait_for_some(futures, 2, .timeout = 0));
    unref_all(futures, 2);
    return 0;
}

OURO_ASYNC(both_limits_at_once)
{
    ouro_future *future = ouro_create_future();
    int status = 0;

    ouro_with_timeout (&status, 0.5) {
        status = wait_for_some(&future, 1, .timeout = 0.5);
        if (status == 0) {
            trace("the wait was first");
        }
    }
    if (status == -ETIMEDOUT) {
        trace("too late");
    }
    ouro_future_cancel(future, NULL);
    ouro_future_unref(future);
    return 0;
}

OURO_ASYNC(cancelled_and_waited_for_again)
{
    ouro_future *future = ouro_create_future();
    ouro_task *task = spawn(waiter_coro(&future, 1, OURO_ALL_COMPLETED), "w");

    OURO_TRY(ouro_sleep(0.1));
    ouro_task_cancel(task, NULL);
    trace("%s", show(join(task)));
    trace("done %d", ouro_future_done(future));
    set_result(future);
    OURO_TRY(wait_for_some(&future, 1, .timeout = 0));
    ouro_future_unref(future);
    return 0;
}

SCENARIO(CASE(a_task_and_a_future), CASE(duplicates_of_both), CASE(several_waits_for_the_same),
         CASE(a_future_that_is_set_with_an_error), CASE(one_cancelled_while_waited_for),
         CASE(a_wait_in_a_timeout), CASE(both_limits_at_once), CASE(cancelled_and_waited_for_again))
