/* wait_for with no time at all: a done future gives its result, all else is cancelled unstarted. */
#include "scenario.h"

OURO_ASYNC(body, (int, value))
{
    trace("begins %d", value);
    OURO_TRY(ouro_sleep(1));
    return value;
}

OURO_ASYNC(a_coroutine_never_starts)
{
    static const double timeouts[] = { 0, -1, -100 };

    for (size_t i = 0; i < COUNT(timeouts); i++) {
        trace("%s", show(ouro_wait_for(body_coro(1), timeouts[i])));
    }
    return 0;
}

OURO_ASYNC(a_task_never_starts)
{
    ouro_task *task = spawn(body_coro(2), "t");

    trace("%s", show(ouro_wait_for(task, 0)));
    trace("the task came to %s", result(task));
    ouro_task_unref(task);
    return 0;
}

OURO_ASYNC(a_running_task_is_interrupted)
{
    ouro_task *task = spawn(body_coro(3), "t");

    OURO_TRY(ouro_sleep(0.5));
    trace("%s", show(ouro_wait_for(task, 0)));
    trace("the task came to %s", result(task));
    ouro_task_unref(task);
    return 0;
}

OURO_ASYNC(a_done_future)
{
    ouro_future *futures[] = { ouro_create_future(), ouro_create_future(), ouro_create_future() };

    set_result(futures[0]);
    OURO_TRY(ouro_future_set_exception(futures[1], fail(4)));
    ouro_future_cancel(futures[2], NULL);
    say_soon("soon");
    for (size_t i = 0; i < COUNT(futures); i++) {
        trace("%s", show(ouro_wait_for(futures[i], 0)));
        trace("%s", show(ouro_wait_for(futures[i], -1)));
    }
    trace("has not suspended");
    unref_all(futures, COUNT(futures));
    return ouro_sleep(0);
}

OURO_ASYNC(a_pending_future)
{
    ouro_future *future = ouro_create_future();

    trace("%s", show(ouro_wait_for(future, 0)));
    trace("the future came to %s", result(future));
    ouro_future_unref(future);
    return 0;
}

/* Starts a task, lets it run to its first wait, and waits for it without any time. */
static int wait_for_started(ouro_coroutine coroutine)
{
    ouro_task *task = spawn(coroutine, "t");

    OURO_TRY(ouro_sleep(0));
    trace("%s", show(ouro_wait_for(task, 0)));
    ouro_task_unref(task);
    return 0;
}

OURO_ASYNC(stubborn)
{
    if (ouro_sleep(10) == -ECANCELED) {
        trace("swallows it");
    }
    OURO_TRY(ouro_sleep(1));
    return 5;
}

OURO_ASYNC(a_task_that_swallows_it)
{
    return wait_for_started(stubborn_coro());
}

OURO_ASYNC(failing)
{
    ouro_ignore(ouro_sleep(10));
    return fail(6);
}

OURO_ASYNC(a_task_that_fails_instead)
{
    return wait_for_started(failing_coro());
}

OURO_ASYNC(slow)
{
    int status = ouro_sleep(10);

    OURO_TRY(ouro_sleep(3));
    trace("clean");
    return status;
}

OURO_ASYNC(a_task_that_takes_its_time)
{
    return wait_for_started(slow_coro());
}

SCENARIO(CASE(a_coroutine_never_starts), CASE(a_task_never_starts),
         CASE(a_running_task_is_interrupted), CASE(a_done_future), CASE(a_pending_future),
         CASE(a_task_that_swallows_it), CASE(a_task_that_fails_instead),
         CASE(a_task_that_takes_its_time))
