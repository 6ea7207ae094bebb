/* Timeouts in the cleanup of a cancel, and cancels in the cleanup of a timeout. */
#include "scenario.h"

static const double limits[][2] = { { 2, 1 }, { 1, 2 } };

OURO_ASYNC(cleans_up, (double, limit), (double, delay))
{
    int status = ouro_sleep(9);
    int cleanup = 0;

    ouro_with_timeout (&cleanup, limit) {
        cleanup = ouro_sleep(delay);
    }
    if (cleanup == -ETIMEDOUT) {
        trace("the cleanup took too long, cancelling %d", cancelling());
    } else {
        trace("cleaned up, cancelling %d", cancelling());
    }
    return status;
}

OURO_ASYNC(cancelled_from_outside)
{
    for (size_t i = 0; i < COUNT(limits); i++) {
        ouro_task *task = spawn(cleans_up_coro(limits[i][0], limits[i][1]), "t");

        OURO_TRY(ouro_sleep(1));
        ouro_task_cancel(task, NULL);
        trace("%s", show(join(task)));
    }
    return 0;
}

OURO_ASYNC(by_a_timeout_around)
{
    for (size_t i = 0; i < COUNT(limits); i++) {
        int status = 0;

        ouro_with_timeout (&status, 1) {
            status = cleans_up(limits[i][0], limits[i][1]);
        }
        trace("%s", show(status));
        trace("cancelling %d", cancelling());
    }
    return 0;
}

OURO_ASYNC(swallows_then_limits)
{
    int status = 0;

    if (ouro_sleep(9) == -ECANCELED) {
        trace("swallows it, cancelling %d", cancelling());
    }
    ouro_with_timeout (&status, 1) {
        status = ouro_sleep(9);
    }
    trace("%s, cancelling %d", show(status), cancelling());
    return cancelling();
}

static int cancel_after_a_second(ouro_coroutine coroutine)
{
    ouro_task *task = spawn(coroutine, "t");

    OURO_TRY(ouro_sleep(1));
    ouro_task_cancel(task, NULL);
    trace("%s", show(join(task)));
    return 0;
}

OURO_ASYNC(a_timeout_after_a_swallowed_cancel)
{
    return cancel_after_a_second(swallows_then_limits_coro());
}

OURO_ASYNC(swallows_then_cancels)
{
    int status = 0;

    if (ouro_sleep(9) == -ECANCELED) {
        trace("swallows it");
    }
    ouro_with_timeout (&status, 1) {
        ouro_task_cancel(ouro_current_task(), NULL);
        status = ouro_sleep(9);
    }
    trace("%s, cancelling %d", show(status), cancelling());
    return status;
}

OURO_ASYNC(a_cancel_inside_after_a_swallowed_one)
{
    return cancel_after_a_second(swallows_then_cancels_coro());
}

OURO_ASYNC(an_error_replaces_the_cancel)
{
    int status = 0;

    ouro_with_timeout (&status, 1) {
        if (ouro_sleep(9) == -ECANCELED) {
            status = fail(3);
        }
    }
    trace("%s", show(status));
    status = 0;
    ouro_with_timeout (&status, 1) {
        ouro_ignore(ouro_sleep(9));
    }
    if (status == 0) {
        trace("left");
    }
    trace("%s", show(status));
    trace("cancelling %d", cancelling());
    status = ouro_sleep(1);
    trace("a sleep: %s", show(status));
    return 0;
}

OURO_ASYNC(uncancelled_inside)
{
    int status = 0;

    ouro_with_timeout (&status, 1) {
        status = ouro_sleep(9);
        if (status == -ECANCELED) {
            trace("uncancel: %d", ouro_task_uncancel(ouro_current_task()));
        }
    }
    trace("%s", show(status));
    trace("cancelling %d", cancelling());
    return 0;
}

SCENARIO(CASE(cancelled_from_outside), CASE(by_a_timeout_around),
         CASE(a_timeout_after_a_swallowed_cancel), CASE(a_cancel_inside_after_a_swallowed_one),
         CASE(an_error_replaces_the_cancel), CASE(uncancelled_inside))
