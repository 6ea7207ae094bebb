/* A timeout cancels the block and turns the cancel into TimeoutError as the block is left. */
#include "scenario.h"

OURO_ASYNC(sleeper, (double, delay))
{
    int status = ouro_sleep(delay);

    if (status < 0) {
        trace("interrupted: %s, cancelling %d", show(status), cancelling());
        return status;
    }
    trace("slept");
    return 0;
}

OURO_ASYNC(in_time)
{
    ouro_timeout limit = { .state_ = 0 };

    OURO_TRY(ouro_timeout_enter(&limit, 2));
    OURO_TRY(ouro_timeout_exit(&limit, sleeper(1)));
    trace("expired %d, cancelling %d", ouro_timeout_expired(&limit), cancelling());
    return sleeper(5);
}

OURO_ASYNC(too_late)
{
    ouro_timeout limit = { .state_ = 0 };

    OURO_TRY(ouro_timeout_enter(&limit, 1));
    trace("%s", show(ouro_timeout_exit(&limit, sleeper(2))));
    trace("expired %d, cancelling %d", ouro_timeout_expired(&limit), cancelling());
    return sleeper(1);
}

OURO_ASYNC(without_a_limit)
{
    ouro_timeout limit = { .state_ = 0 };

    OURO_TRY(ouro_timeout_enter(&limit, OURO_FOREVER));
    OURO_TRY(ouro_timeout_exit(&limit, sleeper(1000)));
    trace("expired %d, none %d", ouro_timeout_expired(&limit),
          ouro_timeout_when(&limit) >= OURO_FOREVER);
    return 0;
}

OURO_ASYNC(an_error_in_the_block)
{
    int status = 0;

    ouro_with_timeout (&status, 2) {
        OURO_TRY(sleeper(1));
        status = fail(1);
    }
    trace("%s", show(status));
    return sleeper(5);
}

OURO_ASYNC(an_error_while_expiring)
{
    ouro_timeout limit = { .state_ = 0 };

    OURO_TRY(ouro_timeout_enter(&limit, 1));
    int status = ouro_sleep(2);
    if (status == -ECANCELED) {
        status = fail(2);
    }
    trace("%s", show(ouro_timeout_exit(&limit, status)));
    trace("expired %d, cancelling %d", ouro_timeout_expired(&limit), cancelling());
    return 0;
}

OURO_ASYNC(a_block_that_swallows_it)
{
    ouro_timeout limit = { .state_ = 0 };

    OURO_TRY(ouro_timeout_enter(&limit, 1));
    if (ouro_sleep(2) == -ECANCELED) {
        trace("swallows it");
    }
    OURO_TRY(ouro_timeout_exit(&limit, sleeper(1)));
    trace("left without an error, expired %d, cancelling %d", ouro_timeout_expired(&limit),
          cancelling());
    return 0;
}

OURO_ASYNC(expired_without_a_suspension)
{
    ouro_timeout limit = { .state_ = 0 };

    OURO_TRY(ouro_timeout_enter(&limit, 0.5));
    if (ouro_sleep(1) == -ECANCELED) {
        trace("expired %d inside", ouro_timeout_expired(&limit));
    }
    OURO_TRY(ouro_timeout_exit(&limit, 0));
    trace("expired %d outside", ouro_timeout_expired(&limit));
    return 0;
}

OURO_ASYNC(in_a_loop)
{
    for (int turn = 0; turn < 4; turn++) {
        int status = 0;

        ouro_with_timeout (&status, 1) {
            status = ouro_sleep(0.7 + turn * 0.2);
        }
        trace("turn %d: %s", turn, show(status));
    }
    trace("cancelling %d", cancelling());
    return 0;
}

OURO_ASYNC(around_a_task)
{
    ouro_task *task = spawn(sleeper_coro(3), "t");
    int status = 0;

    ouro_with_timeout (&status, 1) {
        status = ouro_await(task);
    }
    trace("%s", show(status));
    trace("the task is cancelled %d, cancelling %d", ouro_future_cancelled(task),
          ouro_task_cancelling(task));
    ouro_task_unref(task);
    return 0;
}

SCENARIO(CASE(in_time), CASE(too_late), CASE(without_a_limit), CASE(an_error_in_the_block),
         CASE(an_error_while_expiring), CASE(a_block_that_swallows_it),
         CASE(expired_without_a_suspension), CASE(in_a_loop), CASE(around_a_task))
