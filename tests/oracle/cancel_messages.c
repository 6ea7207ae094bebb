/* The message of a cancel reaches the task, and whoever awaits it. */
#include "scenario.h"

OURO_ASYNC(sleeper)
{
    int status = ouro_sleep(10);

    if (status == -ECANCELED) {
        trace("interrupted: %s", show_message());
    }
    return status;
}

static void await_it(ouro_task *task)
{
    if (ouro_await(task) == -ECANCELED) {
        trace("awaited: %s", show_message());
    }
}

OURO_ASYNC(to_a_sleeping_task)
{
    ouro_task *task = spawn(sleeper_coro(), "t");

    OURO_TRY(ouro_sleep(1));
    ouro_task_cancel(task, "go away");
    await_it(task);
    ouro_task_unref(task);
    return 0;
}

OURO_ASYNC(none)
{
    ouro_task *task = spawn(sleeper_coro(), "t");

    OURO_TRY(ouro_sleep(1));
    ouro_task_cancel(task, NULL);
    await_it(task);
    ouro_task_unref(task);
    return 0;
}

OURO_ASYNC(before_the_first_step)
{
    ouro_task *task = spawn(sleeper_coro(), "t");

    ouro_task_cancel(task, "not even started");
    await_it(task);
    ouro_task_unref(task);
    return 0;
}

OURO_ASYNC(waiter, (ouro_future *, future))
{
    int status = ouro_await(future);

    if (status == -ECANCELED) {
        trace("interrupted: %s", show_message());
    }
    return status;
}

OURO_ASYNC(of_a_future)
{
    ouro_future *future = ouro_create_future();
    ouro_task *task = spawn(waiter_coro(future), "t");

    OURO_TRY(ouro_sleep(0));
    ouro_future_cancel(future, "the future is off");
    await_it(task);
    ouro_task_unref(task);
    ouro_future_unref(future);
    return 0;
}

OURO_ASYNC(chained, (ouro_task *, inner))
{
    int status = ouro_await(inner);

    if (status == -ECANCELED) {
        trace("passes on: %s", show_message());
    }
    return status;
}

OURO_ASYNC(through_a_chain)
{
    ouro_task *tasks[4] = { spawn(sleeper_coro(), "t0") };

    for (int i = 1; i < 4; i++) {
        tasks[i] = spawn(chained_coro(tasks[i - 1]), "t%d", i);
    }
    OURO_TRY(ouro_sleep(1));
    ouro_task_cancel(tasks[3], "from the top");
    await_it(tasks[3]);
    unref_all(tasks, 4);
    return 0;
}

OURO_ASYNC(drops)
{
    ouro_task_cancel(ouro_current_task(), "dropped the result");
    return 1;
}

OURO_ASYNC(an_undelivered_one)
{
    ouro_task *task = spawn(drops_coro(), "t");

    await_it(task);
    ouro_task_unref(task);
    return 0;
}

OURO_ASYNC(stubborn)
{
    for (int turn = 0; turn < 2; turn++) {
        if (ouro_sleep(10) == -ECANCELED) {
            trace("swallows: %s", show_message());
        }
    }
    return sleeper();
}

OURO_ASYNC(swallowed_then_cancelled_anew)
{
    static const char *const messages[] = { "first", "second", "third" };
    ouro_task *task = spawn(stubborn_coro(), "t");

    for (size_t i = 0; i < COUNT(messages); i++) {
        OURO_TRY(ouro_sleep(1));
        ouro_task_cancel(task, messages[i]);
    }
    await_it(task);
    ouro_task_unref(task);
    return 0;
}

SCENARIO(CASE(to_a_sleeping_task), CASE(none), CASE(before_the_first_step), CASE(of_a_future),
         CASE(through_a_chain), CASE(an_undelivered_one), CASE(swallowed_then_cancelled_anew))
