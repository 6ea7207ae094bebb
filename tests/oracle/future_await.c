/* Waiters of a future resume in the order in which they came, one iteration after it is done. */
#include "scenario.h"

OURO_ASYNC(waiter, (ouro_future *, future))
{
    trace("waits");
    trace("woke: %s", show(ouro_await(future)));
    return 0;
}

static void start(ouro_future *future, ouro_task **tasks, int count)
{
    for (int number = 0; number < count; number++) {
        tasks[number] = spawn(waiter_coro(future), "w%d", number);
    }
}

OURO_ASYNC(setter, (ouro_future *, future))
{
    OURO_TRY(ouro_sleep(2));
    set_result(future);
    trace("has set the future");
    return 0;
}

OURO_ASYNC(the_setter_goes_on_first)
{
    ouro_future *future = ouro_create_future();
    ouro_task *task = spawn(setter_coro(future), "setter");

    OURO_TRY(ouro_await(future));
    trace("received it");
    OURO_TRY(join(task));
    ouro_future_unref(future);
    return 0;
}

OURO_ASYNC(waiters_in_order)
{
    ouro_future *future = ouro_create_future();
    ouro_task *tasks[3];

    start(future, tasks, 3);
    OURO_TRY(ouro_sleep(1));
    set_result(future);
    trace("set");
    join_all(tasks, 3);
    trace("done");
    ouro_future_unref(future);
    return 0;
}

OURO_ASYNC(an_error_reaches_every_waiter)
{
    ouro_future *future = ouro_create_future();
    ouro_task *tasks[3];

    start(future, tasks, 3);
    OURO_TRY(ouro_sleep(0));
    OURO_TRY(ouro_future_set_exception(future, fail(2)));
    join_all(tasks, 3);
    trace("done");
    ouro_future_unref(future);
    return 0;
}

OURO_ASYNC(cancelling_the_future_cancels_its_waiters)
{
    ouro_future *future = ouro_create_future();
    ouro_task *tasks[2];

    start(future, tasks, 2);
    OURO_TRY(ouro_sleep(0));
    ouro_future_cancel(future, NULL);
    trace("cancelled the future");
    for (int i = 0; i < 2; i++) {
        OURO_TRY(ouro_await(tasks[i]));
        trace("task cancelled %d, cancelling %d", ouro_future_cancelled(tasks[i]),
              ouro_task_cancelling(tasks[i]));
    }
    unref_all(tasks, 2);
    ouro_future_unref(future);
    return 0;
}

OURO_ASYNC(cancelling_a_waiter_cancels_the_future)
{
    ouro_future *future = ouro_create_future();
    ouro_task *tasks[3];

    start(future, tasks, 3);
    OURO_TRY(ouro_sleep(0));
    ouro_task_cancel(tasks[1], NULL);
    trace("future cancelled %d", ouro_future_cancelled(future));
    join_all(tasks, 3);
    trace("done");
    ouro_future_unref(future);
    return 0;
}

OURO_ASYNC(a_done_future_does_not_suspend)
{
    ouro_future *future = ouro_create_future();
    ouro_future *failed = ouro_create_future();
    ouro_future *cancelled = ouro_create_future();

    set_result(future);
    say_soon("soon");
    for (int turn = 0; turn < 3; turn++) {
        OURO_TRY(ouro_await(future));
        trace("turn %d", turn);
    }
    OURO_TRY(ouro_future_set_exception(failed, fail(3)));
    trace("%s", show(join(failed)));
    ouro_future_cancel(cancelled, NULL);
    trace("%s", show(join(cancelled)));
    trace("has not suspended so far");
    OURO_TRY(ouro_sleep(0));
    trace("done");
    ouro_future_unref(future);
    return 0;
}

OURO_ASYNC(callbacks_and_waiters_share_the_order)
{
    ouro_future *future = ouro_create_future();

    say_on_done(future, "callback before");
    ouro_task *task = spawn(waiter_coro(future), "w");
    OURO_TRY(ouro_sleep(0));
    say_on_done(future, "callback behind");
    set_result(future);
    OURO_TRY(join(task));
    trace("done");
    ouro_future_unref(future);
    return 0;
}

OURO_ASYNC(link_of, (ouro_future **, futures), (int, number))
{
    OURO_TRY(ouro_await(futures[number]));
    trace("link %d", number);
    set_result(futures[number + 1]);
    return 0;
}

OURO_ASYNC(a_chain_of_futures)
{
    ouro_future *futures[4];
    ouro_task *tasks[3];

    for (int i = 0; i < 4; i++) {
        futures[i] = ouro_create_future();
    }
    for (int i = 0; i < 3; i++) {
        tasks[i] = spawn(link_of_coro(futures, i), "link-%d", i);
    }
    OURO_TRY(ouro_sleep(0));
    set_result(futures[0]);
    OURO_TRY(ouro_await(futures[3]));
    trace("the end of the chain");
    join_all(tasks, 3);
    unref_all(futures, 4);
    return 0;
}

SCENARIO(CASE(the_setter_goes_on_first), CASE(waiters_in_order),
         CASE(an_error_reaches_every_waiter), CASE(cancelling_the_future_cancels_its_waiters),
         CASE(cancelling_a_waiter_cancels_the_future), CASE(a_done_future_does_not_suspend),
         CASE(callbacks_and_waiters_share_the_order), CASE(a_chain_of_futures))
