/* A task cancelled before its first step never runs its body. */
#include "scenario.h"

OURO_ASYNC(body)
{
    trace("the body runs");
    return ouro_sleep(1);
}

static const char *state(ouro_task *task)
{
    return text("done %d, cancelled %d, cancelling %d", ouro_future_done(task),
                ouro_future_cancelled(task), ouro_task_cancelling(task));
}

OURO_ASYNC(the_body_never_runs)
{
    ouro_task *task = spawn(body_coro(), "t");
    bool accepted = ouro_task_cancel(task, NULL);

    trace("cancel %d: %s", accepted, state(task));
    trace("%s", show(ouro_await(task)));
    trace("%s", state(task));
    trace("cancel %d", ouro_task_cancel(task, NULL));
    ouro_task_unref(task);
    return 0;
}

static void tell(ouro_future *task, void *arg)
{
    (void) arg;
    trace("%s: %s", ouro_task_get_name(task), result(task));
}

OURO_ASYNC(it_still_takes_its_turn)
{
    ouro_task *first = spawn(body_coro(), "first");
    ouro_task *second = spawn(body_coro(), "second");

    on_done(first, tell, NULL);
    on_done(second, tell, NULL);
    ouro_task_cancel(first, NULL);
    OURO_TRY(ouro_sleep(0));
    trace("first: %s", state(first));
    trace("second: %s", state(second));
    ouro_task_cancel(second, NULL);
    OURO_TRY(ouro_sleep(0));
    trace("second: %s", state(second));
    OURO_TRY(ouro_sleep(0));
    trace("second: %s", state(second));
    ouro_task_unref(first);
    ouro_task_unref(second);
    return 0;
}

OURO_ASYNC(cancelled_twice)
{
    ouro_task *task = spawn(body_coro(), "t");

    ouro_task_cancel(task, NULL);
    ouro_task_cancel(task, NULL);
    trace("%s", state(task));
    trace("%s", show(ouro_await(task)));
    trace("%s", state(task));
    ouro_task_unref(task);
    return 0;
}

OURO_ASYNC(by_a_callback_that_is_ready_first)
{
    ouro_task *task = NULL;

    call_soon(cancel_pointed_callback, &task);
    task = spawn(body_coro(), "t");
    trace("%s", show(join(task)));
    return 0;
}

OURO_ASYNC(by_a_callback_that_is_ready_too_late)
{
    ouro_task *task = spawn(body_coro(), "t");

    call_soon(cancel_callback, task);
    trace("%s", show(join(task)));
    return 0;
}

OURO_ASYNC(killer, (ouro_task **, victim))
{
    trace("kills");
    ouro_task_cancel(*victim, NULL);
    return 0;
}

OURO_ASYNC(by_an_older_task)
{
    ouro_task *victim = NULL;
    ouro_task *older = spawn(killer_coro(&victim), "killer");

    victim = spawn(body_coro(), "victim");
    trace("%s", show(join(victim)));
    trace("%s", show(join(older)));
    return 0;
}

SCENARIO(CASE(the_body_never_runs), CASE(it_still_takes_its_turn), CASE(cancelled_twice),
         CASE(by_a_callback_that_is_ready_first), CASE(by_a_callback_that_is_ready_too_late),
         CASE(by_an_older_task))
