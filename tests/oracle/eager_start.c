/* An eager task runs its first step inside create_task; the rest is as ever. */
#include "scenario.h"

static ouro_task *eager(ouro_coroutine coroutine, const char *name)
{
    return ouro_create_task(coroutine, .name = name, .eager_start = OURO_EAGER_YES);
}

static const char *state(ouro_task *task)
{
    return text("done %d, %s", ouro_future_done(task), result(task));
}

/* A negative delay stands for no sleep at all. */
OURO_ASYNC(body, (double, delay), (int, value))
{
    trace("begins");
    if (delay >= 0) {
        OURO_TRY(ouro_sleep(delay));
        trace("goes on");
    }
    return value < 0 ? fail(-value) : value;
}

OURO_ASYNC(the_first_step_runs_at_once)
{
    trace("before");
    ouro_task *task = eager(body_coro(0.1, 1), "t");
    trace("behind: %s", state(task));
    trace("%s", show(join(task)));
    return 0;
}

OURO_ASYNC(it_may_end_at_once)
{
    say_soon("soon");
    ouro_task *good = eager(body_coro(-1, 2), "good");
    ouro_task *bad = eager(body_coro(-1, -3), "bad");
    trace("good: %s, bad: %s", state(good), state(bad));
    const char *first = show(join(good));
    trace("%s %s", first, show(join(bad)));
    trace("has not suspended");
    return ouro_sleep(0);
}

OURO_ASYNC(beside_lazy_ones)
{
    ouro_task *tasks[4];

    tasks[0] = spawn(body_coro(0, 1), "lazy-0");
    tasks[1] = eager(body_coro(0, 2), "eager-1");
    tasks[2] = spawn(body_coro(0, 3), "lazy-2");
    tasks[3] = eager(body_coro(0, 4), "eager-3");
    trace("created");
    for (int i = 0; i < 4; i++) {
        const char *outcome = show(ouro_await(tasks[i]));
        trace("%s: %s", ouro_task_get_name(tasks[i]), outcome);
    }
    unref_all(tasks, 4);
    return 0;
}

OURO_ASYNC(nested, (int, depth))
{
    trace("at depth %d", depth);
    if (depth > 0) {
        OURO_TRY(join(eager(nested_coro(depth - 1), text("t%d", depth - 1))));
    }
    trace("leaves depth %d", depth);
    return 0;
}

OURO_ASYNC(the_creator_is_current_again)
{
    OURO_TRY(join(eager(nested_coro(3), "t3")));
    trace("current again");
    return 0;
}

static void tell(ouro_future *task, void *arg)
{
    (void) arg;
    trace("callback: %s", result(task));
}

OURO_ASYNC(done_callbacks_are_scheduled)
{
    ouro_task *task = eager(body_coro(-1, 5), "t");

    on_done(task, tell, NULL);
    trace("registered");
    OURO_TRY(join(task));
    trace("has not suspended");
    OURO_TRY(ouro_sleep(0));
    trace("done");
    return 0;
}

OURO_ASYNC(careful)
{
    int status = ouro_sleep(5);

    if (status == -ECANCELED) {
        trace("interrupted");
    }
    return status;
}

OURO_ASYNC(cancelled_after_it_blocked)
{
    ouro_task *task = eager(careful_coro(), "t");

    trace("cancel %d", ouro_task_cancel(task, NULL));
    trace("%s", show(join(task)));
    return 0;
}

OURO_ASYNC(cancelled_after_it_ended)
{
    ouro_task *task = eager(body_coro(-1, 6), "t");

    trace("cancel %d", ouro_task_cancel(task, NULL));
    trace("%s", show(join(task)));
    return 0;
}

OURO_ASYNC(selfish)
{
    ouro_task_cancel(ouro_current_task(), NULL);
    trace("goes on");
    return 7;
}

OURO_ASYNC(suspends)
{
    ouro_task_cancel(ouro_current_task(), NULL);
    OURO_TRY(ouro_sleep(0));
    trace("never");
    return 0;
}

OURO_ASYNC(it_cancels_itself)
{
    ouro_task *first = eager(selfish_coro(), "first");
    trace("%s", state(first));
    ouro_task *second = eager(suspends_coro(), "second");
    trace("%s", state(second));
    trace("%s", show(join(second)));
    ouro_task_unref(first);
    return 0;
}

OURO_ASYNC(yields)
{
    for (int turn = 0; turn < 3; turn++) {
        trace("turn %d", turn);
        OURO_TRY(ouro_sleep(0));
    }
    return 0;
}

OURO_ASYNC(it_yields)
{
    ouro_task *tasks[2];

    tasks[0] = eager(yields_coro(), "t0");
    tasks[1] = eager(yields_coro(), "t1");
    trace("created");
    join_all(tasks, 2);
    return 0;
}

SCENARIO(CASE(the_first_step_runs_at_once), CASE(it_may_end_at_once), CASE(beside_lazy_ones),
         CASE(the_creator_is_current_again), CASE(done_callbacks_are_scheduled),
         CASE(cancelled_after_it_blocked), CASE(cancelled_after_it_ended), CASE(it_cancels_itself),
         CASE(it_yields))
