/* Cancel requests are counted, merged while they wait for delivery, and delivered once. */
#include "scenario.h"

OURO_ASYNC(stubborn, (int, times))
{
    for (int turn = 0; turn < times; turn++) {
        if (ouro_sleep(1) == 0) {
            trace("turn %d undisturbed", turn);
        } else {
            trace("turn %d interrupted, cancelling %d", turn, cancelling());
        }
    }
    return times;
}

static void tell_outcome(ouro_task *task)
{
    const char *outcome = show(ouro_await(task));

    trace("%s, cancelling %d", outcome, ouro_task_cancelling(task));
    ouro_task_unref(task);
}

static void tell_cancel(ouro_task *task)
{
    bool accepted = ouro_task_cancel(task, NULL);

    trace("cancel %d, %d", accepted, ouro_task_cancelling(task));
}

OURO_ASYNC(two_requests_one_delivery)
{
    ouro_task *task = spawn(stubborn_coro(3), "t");

    OURO_TRY(ouro_sleep(0.5));
    tell_cancel(task);
    tell_cancel(task);
    tell_outcome(task);
    return 0;
}

OURO_ASYNC(two_requests_two_deliveries)
{
    ouro_task *task = spawn(stubborn_coro(3), "t");

    OURO_TRY(ouro_sleep(0.5));
    ouro_task_cancel(task, NULL);
    OURO_TRY(ouro_sleep(0.1));
    ouro_task_cancel(task, NULL);
    tell_outcome(task);
    return 0;
}

OURO_ASYNC(careful)
{
    int status = ouro_sleep(10);

    trace("cleans up");
    int cleanup = ouro_sleep(2);
    if (cleanup == 0) {
        trace("clean");
    }
    trace("leaves, cancelling %d", cancelling());
    return cleanup < 0 ? cleanup : status;
}

OURO_ASYNC(a_second_cancel_interrupts_the_cleanup)
{
    ouro_task *task = spawn(careful_coro(), "t");

    OURO_TRY(ouro_sleep(1));
    ouro_task_cancel(task, NULL);
    OURO_TRY(ouro_sleep(1));
    ouro_task_cancel(task, NULL);
    trace("%s", show(join(task)));
    return 0;
}

OURO_ASYNC(uncancel_counts_down)
{
    ouro_task *task = spawn(stubborn_coro(1), "t");

    OURO_TRY(ouro_sleep(0.5));
    trace("uncancel %d", ouro_task_uncancel(task));
    ouro_task_cancel(task, NULL);
    ouro_task_cancel(task, NULL);
    int left = ouro_task_uncancel(task);
    trace("uncancel %d, cancelling %d", left, ouro_task_cancelling(task));
    trace("uncancel %d", ouro_task_uncancel(task));
    trace("uncancel %d", ouro_task_uncancel(task));
    tell_outcome(task);
    return 0;
}

OURO_ASYNC(forgiving)
{
    if (ouro_sleep(10) == -ECANCELED) {
        trace("interrupted, uncancel %d", ouro_task_uncancel(ouro_current_task()));
    }
    OURO_TRY(ouro_sleep(1));
    trace("goes on");
    return 4;
}

OURO_ASYNC(uncancel_inside)
{
    ouro_task *task = spawn(forgiving_coro(), "t");

    OURO_TRY(ouro_sleep(0.5));
    ouro_task_cancel(task, NULL);
    tell_outcome(task);
    return 0;
}

OURO_ASYNC(selfish)
{
    tell_cancel(ouro_current_task());
    trace("goes on until it suspends");
    if (ouro_sleep(5) == -ECANCELED) {
        trace("interrupted");
    }
    OURO_TRY(ouro_sleep(1));
    trace("slept undisturbed");
    return 0;
}

OURO_ASYNC(cancelled_from_within)
{
    trace("%s", show(join(spawn(selfish_coro(), "t"))));
    return 0;
}

OURO_ASYNC(two_requests_before_the_first_step)
{
    ouro_task *task = spawn(stubborn_coro(2), "t");

    ouro_task_cancel(task, NULL);
    ouro_task_cancel(task, NULL);
    int count = ouro_task_cancelling(task);
    trace("cancelling %d, %s", count, show(join(task)));
    return 0;
}

SCENARIO(CASE(two_requests_one_delivery), CASE(two_requests_two_deliveries),
         CASE(a_second_cancel_interrupts_the_cleanup), CASE(uncancel_counts_down),
         CASE(uncancel_inside), CASE(cancelled_from_within),
         CASE(two_requests_before_the_first_step))
