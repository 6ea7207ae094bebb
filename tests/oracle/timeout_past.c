/* A timeout that is over already fires in the next iteration, not on entry; timeout_at takes loop
 * time. */
#include "scenario.h"

OURO_ASYNC(zero)
{
    int status = 0;

    ouro_with_timeout (&status, 0) {
        trace("inside");
        status = ouro_sleep(1);
        if (status == 0) {
            trace("never");
        }
    }
    trace("%s", show(status));
    return 0;
}

OURO_ASYNC(negative)
{
    int status = 0;

    ouro_with_timeout (&status, -1) {
        trace("inside");
        status = ouro_sleep(0);
        if (status == 0) {
            trace("one iteration later");
            status = ouro_sleep(0);
            if (status == 0) {
                trace("never");
            }
        }
    }
    trace("%s", show(status));
    return 0;
}

OURO_ASYNC(a_block_that_does_not_suspend)
{
    ouro_timeout limit = { .state_ = 0 };

    OURO_TRY(ouro_timeout_enter(&limit, 0));
    trace("inside");
    OURO_TRY(ouro_timeout_exit(&limit, 0));
    trace("expired %d", ouro_timeout_expired(&limit));
    OURO_TRY(ouro_sleep(1));
    trace("undisturbed");
    return 0;
}

OURO_ASYNC(it_waits_its_turn)
{
    ouro_future *future = ouro_create_future();
    int status = 0;

    say_soon("soon before");
    ouro_with_timeout (&status, 0) {
        say_soon("soon behind");
        say_on_done(future, "the future is cancelled");
        status = ouro_await(future);
    }
    trace("%s", show(status));
    ouro_future_unref(future);
    return 0;
}

static int sleep_until(double when, double delay)
{
    int status = 0;

    ouro_with_timeout_at (&status, when) {
        status = ouro_sleep(delay);
    }
    return status;
}

OURO_ASYNC(at_a_time)
{
    double start = ouro_loop_time(ouro_get_running_loop());

    OURO_TRY(ouro_sleep(1));
    trace("%s", show(sleep_until(start + 3, 5)));
    trace("%s", show(sleep_until(start + 1, 5)));
    OURO_TRY(sleep_until(OURO_FOREVER, 1));
    trace("no limit");
    return 0;
}

OURO_ASYNC(of_a_done_future)
{
    ouro_future *future = ouro_create_future();
    int status = 0;

    set_result(future);
    ouro_with_timeout (&status, 0) {
        status = ouro_await(future);
        trace("awaited without a suspension");
    }
    trace("%s", show(status));
    ouro_future_unref(future);
    return 0;
}

OURO_ASYNC(nested_zeros)
{
    int status = 0;

    ouro_with_timeout (&status, 0) {
        int inner = 0;

        ouro_with_timeout (&inner, 0) {
            inner = ouro_sleep(1);
        }
        status = inner;
    }
    trace("%s", show(status));
    trace("cancelling %d", cancelling());
    return 0;
}

SCENARIO(CASE(zero), CASE(negative), CASE(a_block_that_does_not_suspend), CASE(it_waits_its_turn),
         CASE(at_a_time), CASE(of_a_done_future), CASE(nested_zeros))
