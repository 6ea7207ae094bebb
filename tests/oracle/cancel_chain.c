/* Cancelling a task that awaits a task cancels the innermost one first; the error comes back up. */
#include "scenario.h"

enum { CHAIN_MAX = 4 };

OURO_ASYNC(bottom)
{
    int status = ouro_sleep(10);

    if (status == -ECANCELED) {
        trace("the bottom is interrupted");
    }
    return status;
}

OURO_ASYNC(chained, (ouro_future *, inner))
{
    int status = ouro_await(inner);

    if (status < 0) {
        trace("passes on %s", show(status));
    }
    return status;
}

static void chain(ouro_task **tasks, ouro_coroutine inner, int length)
{
    tasks[0] = spawn(inner, "bottom");
    for (int i = 0; i < length; i++) {
        tasks[i + 1] = spawn(chained_coro(tasks[i]), "link-%d", i);
    }
}

static const char *counts(ouro_task **tasks, int count)
{
    const char *list = "";

    for (int i = 0; i < count; i++) {
        list = listed(list, text("%d", ouro_task_cancelling(tasks[i])));
    }
    return list;
}

OURO_ASYNC(from_the_top)
{
    ouro_task *tasks[CHAIN_MAX];

    chain(tasks, bottom_coro(), 3);
    OURO_TRY(ouro_sleep(1));
    ouro_task_cancel(tasks[3], NULL);
    trace("cancelled %s", counts(tasks, 4));
    trace("%s", show(ouro_await(tasks[3])));
    trace("came to %s", results(tasks, 4));
    unref_all(tasks, 4);
    return 0;
}

OURO_ASYNC(from_the_bottom)
{
    ouro_task *tasks[CHAIN_MAX];

    chain(tasks, bottom_coro(), 3);
    OURO_TRY(ouro_sleep(1));
    ouro_task_cancel(tasks[0], NULL);
    trace("cancelled %s", counts(tasks, 4));
    trace("%s", show(ouro_await(tasks[3])));
    unref_all(tasks, 4);
    return 0;
}

OURO_ASYNC(from_the_middle)
{
    ouro_task *tasks[CHAIN_MAX];

    chain(tasks, bottom_coro(), 3);
    OURO_TRY(ouro_sleep(1));
    ouro_task_cancel(tasks[2], NULL);
    trace("%s", show(ouro_await(tasks[3])));
    trace("cancelling %s", counts(tasks, 4));
    unref_all(tasks, 4);
    return 0;
}

OURO_ASYNC(stubborn)
{
    if (ouro_sleep(10) == -ECANCELED) {
        trace("swallows it");
    }
    OURO_TRY(ouro_sleep(1));
    return 7;
}

OURO_ASYNC(the_inner_one_swallows_it)
{
    ouro_task *tasks[CHAIN_MAX];

    chain(tasks, stubborn_coro(), 1);
    OURO_TRY(ouro_sleep(1));
    ouro_task_cancel(tasks[1], NULL);
    const char *outcome = show(ouro_await(tasks[1]));
    trace("%s, cancelling %d", outcome, ouro_task_cancelling(tasks[1]));
    unref_all(tasks, 2);
    return 0;
}

OURO_ASYNC(failing)
{
    ouro_ignore(ouro_sleep(10));
    return fail(8);
}

OURO_ASYNC(the_inner_one_fails_instead)
{
    ouro_task *tasks[CHAIN_MAX];

    chain(tasks, failing_coro(), 2);
    OURO_TRY(ouro_sleep(1));
    ouro_task_cancel(tasks[2], NULL);
    trace("%s", show(ouro_await(tasks[2])));
    unref_all(tasks, 3);
    return 0;
}

OURO_ASYNC(slow)
{
    int status = ouro_sleep(10);

    OURO_TRY(ouro_sleep(3));
    trace("clean");
    return status;
}

OURO_ASYNC(the_inner_one_takes_its_time)
{
    ouro_task *tasks[CHAIN_MAX];

    chain(tasks, slow_coro(), 1);
    OURO_TRY(ouro_sleep(1));
    ouro_task_cancel(tasks[1], NULL);
    OURO_TRY(ouro_sleep(1));
    trace("outer done %d", ouro_future_done(tasks[1]));
    trace("%s", show(ouro_await(tasks[1])));
    unref_all(tasks, 2);
    return 0;
}

OURO_ASYNC(slow_and_stubborn)
{
    if (ouro_sleep(10) == -ECANCELED && ouro_sleep(3) == -ECANCELED) {
        trace("interrupted again");
    }
    return 5;
}

OURO_ASYNC(a_second_cancel_while_it_takes_its_time)
{
    ouro_task *tasks[CHAIN_MAX];

    chain(tasks, slow_and_stubborn_coro(), 1);
    OURO_TRY(ouro_sleep(1));
    ouro_task_cancel(tasks[1], NULL);
    OURO_TRY(ouro_sleep(1));
    ouro_task_cancel(tasks[1], NULL);
    trace("%s", show(ouro_await(tasks[1])));
    trace("cancelling %s", counts(tasks, 2));
    unref_all(tasks, 2);
    return 0;
}

OURO_ASYNC(both_the_task_and_what_it_awaits)
{
    ouro_future *future = ouro_create_future();
    ouro_task *task = spawn(chained_coro(future), "t");

    OURO_TRY(ouro_sleep(0));
    ouro_future_cancel(future, NULL);
    ouro_task_cancel(task, NULL);
    trace("cancelling %d", ouro_task_cancelling(task));
    trace("%s", show(join(task)));
    ouro_future_unref(future);
    return 0;
}

SCENARIO(CASE(from_the_top), CASE(from_the_bottom), CASE(from_the_middle),
         CASE(the_inner_one_swallows_it), CASE(the_inner_one_fails_instead),
         CASE(the_inner_one_takes_its_time), CASE(a_second_cancel_while_it_takes_its_time),
         CASE(both_the_task_and_what_it_awaits))
