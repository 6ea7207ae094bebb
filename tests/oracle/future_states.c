/* The states of a future: it is completed once, and what comes later changes nothing. */
#include "scenario.h"

static void tell(ouro_future *future)
{
    trace("done %d, cancelled %d, %s", ouro_future_done(future), ouro_future_cancelled(future),
          result(future));
}

static void complete_again(ouro_future *future)
{
    trace("a result: %s", show(ouro_future_set_result(future, NULL)));
    trace("an error: %s", show(ouro_future_set_exception(future, fail(9))));
    trace("a cancel: %d", ouro_future_cancel(future, NULL));
    tell(future);
}

OURO_ASYNC(pending)
{
    ouro_future *future = ouro_create_future();

    tell(future);
    ouro_future_cancel(future, NULL);
    ouro_future_unref(future);
    return 0;
}

OURO_ASYNC(with_a_result)
{
    ouro_future *future = ouro_create_future();

    set_result(future);
    tell(future);
    complete_again(future);
    ouro_future_unref(future);
    return 0;
}

OURO_ASYNC(with_an_error)
{
    ouro_future *future = ouro_create_future();

    OURO_TRY(ouro_future_set_exception(future, fail(1)));
    tell(future);
    complete_again(future);
    trace("%s", show_error(ouro_future_exception(future)));
    ouro_future_unref(future);
    return 0;
}

OURO_ASYNC(that_was_cancelled)
{
    ouro_future *future = ouro_create_future();

    trace("%d", ouro_future_cancel(future, NULL));
    tell(future);
    complete_again(future);
    ouro_future_unref(future);
    return 0;
}

OURO_ASYNC(a_failed_second_completion_calls_nobody)
{
    ouro_future *future = ouro_create_future();

    say_on_done(future, "called");
    set_result(future);
    trace("%d", ouro_future_cancel(future, NULL));
    OURO_TRY(ouro_sleep(0));
    trace("%s", show(ouro_future_set_exception(future, fail(2))));
    OURO_TRY(ouro_sleep(0));
    trace("once");
    ouro_future_unref(future);
    return 0;
}

OURO_ASYNC(an_error_is_raised_for_every_reader)
{
    ouro_future *future = ouro_create_future();

    OURO_TRY(ouro_future_set_exception(future, fail(3)));
    for (int i = 0; i < 3; i++) {
        trace("%s", show(ouro_await(future)));
    }
    trace("%s", result(future));
    ouro_future_unref(future);
    return 0;
}

OURO_ASYNC(done_before_anybody_runs)
{
    ouro_future *future = ouro_create_future();

    say_on_done(future, "called");
    say_soon("soon");
    set_result(future);
    tell(future);
    OURO_TRY(join(future));
    trace("awaited without a step between");
    return ouro_sleep(0);
}

OURO_ASYNC(waits, (ouro_future *, future))
{
    int status = ouro_await(future);

    trace("%s", show(status));
    return 0;
}

OURO_ASYNC(set_in_another_order_than_awaited)
{
    ouro_future *futures[3];
    ouro_task *tasks[3];

    for (int i = 0; i < 3; i++) {
        futures[i] = ouro_create_future();
        tasks[i] = spawn(waits_coro(futures[i]), "w%d", i);
    }
    OURO_TRY(ouro_sleep(0));
    set_result(futures[2]);
    OURO_TRY(ouro_future_set_exception(futures[0], fail(4)));
    ouro_future_cancel(futures[1], NULL);
    join_all(tasks, 3);
    unref_all(futures, 3);
    return 0;
}

SCENARIO(CASE(pending), CASE(with_a_result), CASE(with_an_error), CASE(that_was_cancelled),
         CASE(a_failed_second_completion_calls_nobody), CASE(an_error_is_raised_for_every_reader),
         CASE(done_before_anybody_runs), CASE(set_in_another_order_than_awaited))
