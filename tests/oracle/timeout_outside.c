/* A cancel from outside wins over a timeout, whichever came first. */
#include "scenario.h"

/* A task's body: sleeps under a limit of one second. */
OURO_ASYNC(limited, (double, delay), (double, cleanup))
{
    ouro_timeout limit = { .state_ = 0 };

    OURO_TRY(ouro_timeout_enter(&limit, 1));
    int status = ouro_sleep(delay);
    trace("leaves, expired %d, cancelling %d", ouro_timeout_expired(&limit), cancelling());
    if (cleanup > 0) {
        int cleaned = ouro_sleep(cleanup);
        if (cleaned < 0) {
            status = cleaned;
        } else {
            trace("clean");
        }
    }
    status = ouro_timeout_exit(&limit, status);
    if (status < 0) {
        trace("the block raises %s, cancelling %d", show(status), cancelling());
    } else {
        trace("the block ends well");
    }
    return status;
}

static ouro_task *start(double delay, double cleanup)
{
    return spawn(limited_coro(delay, cleanup), "t");
}

/* Starts the body, cancels it after a while and tells its outcome. */
static int cancel_after(double delay, double cleanup)
{
    ouro_task *task = start(5, cleanup);

    OURO_TRY(ouro_sleep(delay));
    ouro_task_cancel(task, NULL);
    trace("%s", show(join(task)));
    return 0;
}

OURO_ASYNC(cancelled_before_it_expires)
{
    return cancel_after(0.5, 0);
}

OURO_ASYNC(cancelled_after_it_expired)
{
    return cancel_after(1.5, 1);
}

OURO_ASYNC(cancelled_together_first)
{
    ouro_task *task = NULL;

    call_later(1, cancel_pointed_callback, &task);
    task = start(5, 0);
    trace("%s", show(join(task)));
    return 0;
}

OURO_ASYNC(cancelled_together_second)
{
    ouro_task *task = start(5, 0);

    OURO_TRY(ouro_sleep(0));
    call_later(1, cancel_callback, task);
    trace("%s", show(join(task)));
    return 0;
}

OURO_ASYNC(cancelled_before_and_expired_while_cleaning)
{
    return cancel_after(0.5, 2);
}

OURO_ASYNC(cancels_itself)
{
    ouro_task_cancel(ouro_current_task(), NULL);
    return limited(5, 0);
}

OURO_ASYNC(cancelled_before_the_entry)
{
    trace("%s", show(join(spawn(cancels_itself_coro(), "t"))));
    return 0;
}

OURO_ASYNC(swallows_one)
{
    if (ouro_sleep(5) == -ECANCELED) {
        trace("swallows the first, cancelling %d", cancelling());
    }
    return limited(5, 0);
}

OURO_ASYNC(entered_with_a_cancel_already_counted)
{
    ouro_task *task = spawn(swallows_one_coro(), "t");

    OURO_TRY(ouro_sleep(1));
    ouro_task_cancel(task, NULL);
    trace("%s", show(ouro_await(task)));
    trace("cancelling %d", ouro_task_cancelling(task));
    ouro_task_unref(task);
    return 0;
}

OURO_ASYNC(cancelled_twice)
{
    ouro_task *task = start(5, 1);

    OURO_TRY(ouro_sleep(0.2));
    ouro_task_cancel(task, NULL);
    OURO_TRY(ouro_sleep(0.2));
    ouro_task_cancel(task, NULL);
    trace("%s", show(ouro_await(task)));
    trace("cancelling %d", ouro_task_cancelling(task));
    ouro_task_unref(task);
    return 0;
}

SCENARIO(CASE(cancelled_before_it_expires), CASE(cancelled_after_it_expired),
         CASE(cancelled_together_first), CASE(cancelled_together_second),
         CASE(cancelled_before_and_expired_while_cleaning), CASE(cancelled_before_the_entry),
         CASE(entered_with_a_cancel_already_counted), CASE(cancelled_twice))
