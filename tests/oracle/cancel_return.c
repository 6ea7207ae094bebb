/* A request that was never delivered turns the task's result into a cancellation; an error passes.
 */
#include "scenario.h"

static const char *state(ouro_task *task)
{
    return text("cancelled %d, cancelling %d", ouro_future_cancelled(task),
                ouro_task_cancelling(task));
}

static void finish_task(ouro_task *task)
{
    const char *outcome = show(ouro_await(task));

    trace("%s, %s", outcome, state(task));
    ouro_task_unref(task);
}

static int finish(ouro_coroutine coroutine)
{
    finish_task(spawn(coroutine, "t"));
    return 0;
}

OURO_ASYNC(cancels_and_returns)
{
    ouro_task_cancel(ouro_current_task(), NULL);
    trace("returns 5");
    return 5;
}

OURO_ASYNC(the_result_is_dropped)
{
    return finish(cancels_and_returns_coro());
}

OURO_ASYNC(cancels_and_fails)
{
    ouro_task_cancel(ouro_current_task(), NULL);
    return fail(6);
}

OURO_ASYNC(an_error_is_kept)
{
    return finish(cancels_and_fails_coro());
}

OURO_ASYNC(swallows)
{
    ouro_task_cancel(ouro_current_task(), NULL);
    if (ouro_sleep(0) == -ECANCELED) {
        trace("swallows it");
    }
    return 7;
}

OURO_ASYNC(a_delivered_one_leaves_the_result)
{
    return finish(swallows_coro());
}

OURO_ASYNC(awaits_a_done_future)
{
    ouro_future *future = ouro_create_future();

    set_result(future);
    ouro_task_cancel(ouro_current_task(), NULL);
    OURO_TRY(join(future));
    trace("a done future did not deliver");
    if (ouro_sleep(1) == -ECANCELED) {
        trace("the sleep did");
    }
    return 8;
}

OURO_ASYNC(a_call_that_does_not_suspend_does_not_deliver)
{
    return finish(awaits_a_done_future_coro());
}

OURO_ASYNC(swallows_and_cancels_anew)
{
    if (ouro_sleep(10) == -ECANCELED) {
        trace("swallows the first");
    }
    ouro_task_cancel(ouro_current_task(), NULL);
    return 9;
}

OURO_ASYNC(cancelled_again_after_swallowing)
{
    ouro_task *task = spawn(swallows_and_cancels_anew_coro(), "t");

    OURO_TRY(ouro_sleep(1));
    ouro_task_cancel(task, NULL);
    finish_task(task);
    return 0;
}

OURO_ASYNC(raises_a_cancel)
{
    OURO_TRY(ouro_sleep(0.1));
    return -ECANCELED;
}

OURO_ASYNC(a_raised_cancel_without_a_request)
{
    return finish(raises_a_cancel_coro());
}

OURO_ASYNC(child)
{
    ouro_task_cancel(ouro_current_task(), NULL);
    return ouro_sleep(0);
}

OURO_ASYNC(parent)
{
    trace("the child came to %s", show(join(spawn(child_coro(), "child"))));
    trace("own %s", state(ouro_current_task()));
    return 1;
}

OURO_ASYNC(an_awaited_child_ends_cancelled)
{
    return finish(parent_coro());
}

SCENARIO(CASE(the_result_is_dropped), CASE(an_error_is_kept),
         CASE(a_delivered_one_leaves_the_result),
         CASE(a_call_that_does_not_suspend_does_not_deliver),
         CASE(cancelled_again_after_swallowing), CASE(a_raised_cancel_without_a_request),
         CASE(an_awaited_child_ends_cancelled))
