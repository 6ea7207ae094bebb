/* Taking the last request back drops a cancel that was not delivered yet. */
#include "scenario.h"

static int run_body(ouro_coroutine coroutine)
{
    trace("%s", show(join(spawn(coroutine, "t"))));
    return 0;
}

OURO_ASYNC(taken_back)
{
    ouro_task *task = ouro_current_task();

    ouro_task_cancel(task, NULL);
    trace("uncancel %d", ouro_task_uncancel(task));
    OURO_TRY(ouro_sleep(1));
    trace("slept undisturbed");
    return 1;
}

OURO_ASYNC(before_the_next_suspension)
{
    return run_body(taken_back_coro());
}

OURO_ASYNC(half_taken_back)
{
    ouro_task *task = ouro_current_task();

    ouro_task_cancel(task, NULL);
    ouro_task_cancel(task, NULL);
    trace("uncancel %d", ouro_task_uncancel(task));
    if (ouro_sleep(1) == -ECANCELED) {
        trace("interrupted, uncancel %d", ouro_task_uncancel(task));
    }
    OURO_TRY(ouro_sleep(1));
    return 2;
}

OURO_ASYNC(one_of_two_stays)
{
    return run_body(half_taken_back_coro());
}

OURO_ASYNC(taken_back_and_returns)
{
    ouro_task_cancel(ouro_current_task(), NULL);
    ouro_task_uncancel(ouro_current_task());
    return 3;
}

OURO_ASYNC(before_the_return)
{
    return run_body(taken_back_and_returns_coro());
}

OURO_ASYNC(runs)
{
    trace("runs");
    return 4;
}

OURO_ASYNC(of_a_task_not_started)
{
    ouro_task *task = spawn(runs_coro(), "t");

    ouro_task_cancel(task, NULL);
    trace("uncancel %d", ouro_task_uncancel(task));
    trace("%s", show(join(task)));
    return 0;
}

OURO_ASYNC(timeout_like, (double, delay))
{
    ouro_task *task = ouro_current_task();
    ouro_timer timer;

    ouro_timer_init(&timer, cancel_callback, task);
    OURO_TRY(ouro_loop_call_later_timer(ouro_get_running_loop(), delay, &timer));
    if (ouro_sleep(10) == -ECANCELED) {
        trace("the block is interrupted, uncancel %d", ouro_task_uncancel(task));
    }
    ouro_timer_cancel(&timer);
    return 0;
}

OURO_ASYNC(two_blocks)
{
    OURO_TRY(timeout_like(1));
    OURO_TRY(timeout_like(2));
    OURO_TRY(ouro_sleep(0));
    trace("cancelling %d", cancelling());
    return 5;
}

OURO_ASYNC(a_structured_block)
{
    return run_body(two_blocks_coro());
}

SCENARIO(CASE(before_the_next_suspension), CASE(one_of_two_stays), CASE(before_the_return),
         CASE(of_a_task_not_started), CASE(a_structured_block))
