/* Cancelling a task that waits: the error arrives one iteration later, and cleanup may suspend. */
#include "scenario.h"

static const char *state(ouro_task *task)
{
    return text("done %d, cancelled %d, cancelling %d", ouro_future_done(task),
                ouro_future_cancelled(task), ouro_task_cancelling(task));
}

OURO_ASYNC(sleeper)
{
    trace("sleeps");
    int status = ouro_sleep(10);
    if (status < 0) {
        trace("interrupted: %s", show(status));
    }
    return status;
}

OURO_ASYNC(delivered_in_the_next_iteration)
{
    ouro_task *task = spawn(sleeper_coro(), "t");

    OURO_TRY(ouro_sleep(1));
    bool accepted = ouro_task_cancel(task, NULL);
    trace("cancel %d: %s", accepted, state(task));
    OURO_TRY(ouro_sleep(0));
    trace("%s", state(task));
    trace("%s", show(join(task)));
    return 0;
}

OURO_ASYNC(in_the_order_of_the_cancels)
{
    ouro_task *tasks[3];

    for (int i = 0; i < 3; i++) {
        tasks[i] = spawn(sleeper_coro(), "t%d", i);
    }
    OURO_TRY(ouro_sleep(1));
    ouro_task_cancel(tasks[2], NULL);
    ouro_task_cancel(tasks[0], NULL);
    ouro_task_cancel(tasks[1], NULL);
    for (int i = 0; i < 3; i++) {
        trace("%s", show(join(tasks[i])));
    }
    return 0;
}

OURO_ASYNC(careful)
{
    int status = ouro_sleep(10);

    trace("cleans up");
    OURO_TRY(ouro_sleep(2));
    trace("clean");
    return status;
}

OURO_ASYNC(cleanup_suspends)
{
    ouro_task *task = spawn(careful_coro(), "t");

    OURO_TRY(ouro_sleep(1));
    ouro_task_cancel(task, NULL);
    trace("%s", show(ouro_await(task)));
    trace("%s", state(task));
    ouro_task_unref(task);
    return 0;
}

OURO_ASYNC(careless)
{
    ouro_ignore(ouro_sleep(10));
    trace("fails while cleaning up");
    return fail(1);
}

OURO_ASYNC(cleanup_fails)
{
    ouro_task *task = spawn(careless_coro(), "t");

    OURO_TRY(ouro_sleep(1));
    ouro_task_cancel(task, NULL);
    trace("%s", show(ouro_await(task)));
    trace("%s", state(task));
    ouro_task_unref(task);
    return 0;
}

OURO_ASYNC(yielder)
{
    for (int turn = 0; turn < 3; turn++) {
        trace("turn %d", turn);
        int status = ouro_sleep(0);
        if (status < 0) {
            trace("interrupted");
            return status;
        }
    }
    return 0;
}

OURO_ASYNC(in_a_zero_sleep)
{
    ouro_task *task = spawn(yielder_coro(), "t");

    OURO_TRY(ouro_sleep(0));
    ouro_task_cancel(task, NULL);
    trace("%s", state(task));
    trace("%s", show(join(task)));
    return 0;
}

OURO_ASYNC(level, (int, depth))
{
    int status = depth == 0 ? ouro_sleep(10) : level(depth - 1);

    trace("leaves level %d", depth);
    return status;
}

OURO_ASYNC(several_levels_down)
{
    ouro_task *task = spawn(level_coro(3), "t");

    OURO_TRY(ouro_sleep(1));
    ouro_task_cancel(task, NULL);
    trace("%s", show(join(task)));
    return 0;
}

OURO_ASYNC(its_timer_is_gone)
{
    ouro_task *task = spawn(sleeper_coro(), "t");

    OURO_TRY(ouro_sleep(1));
    ouro_task_cancel(task, NULL);
    ouro_ignore(join(task));
    OURO_TRY(ouro_sleep(20));
    trace("nothing came of the timer");
    return 0;
}

SCENARIO(CASE(delivered_in_the_next_iteration), CASE(in_the_order_of_the_cancels),
         CASE(cleanup_suspends), CASE(cleanup_fails), CASE(in_a_zero_sleep),
         CASE(several_levels_down), CASE(its_timer_is_gone))
