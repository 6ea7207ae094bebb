/* Timeouts inside timeouts: each turns only its own cancel into an error. */
#include "scenario.h"

/* Sleeps inside two limits, and tells what passes through each. */
static int nest(double outer_delay, double inner_delay, double delay)
{
    ouro_timeout outer = { .state_ = 0 };
    ouro_timeout inner = { .state_ = 0 };

    OURO_TRY(ouro_timeout_enter(&outer, outer_delay));
    OURO_TRY(ouro_timeout_enter(&inner, inner_delay));
    int status = ouro_timeout_exit(&inner, ouro_sleep(delay));
    if (status < 0) {
        trace("the middle raises %s, cancelling %d", show(status), cancelling());
    } else {
        trace("the middle is left");
    }
    trace("the block: %s", show(ouro_timeout_exit(&outer, status)));
    trace("expired %d %d, cancelling %d", ouro_timeout_expired(&outer),
          ouro_timeout_expired(&inner), cancelling());
    return 0;
}

OURO_ASYNC(the_inner_expires)
{
    return nest(2, 1, 3);
}

OURO_ASYNC(the_outer_expires)
{
    return nest(1, 2, 3);
}

OURO_ASYNC(both_expire_together)
{
    return nest(1, 1, 3);
}

OURO_ASYNC(neither_expires)
{
    return nest(3, 2, 1);
}

OURO_ASYNC(the_sleep_ends_with_the_inner)
{
    return nest(2, 1, 1);
}

OURO_ASYNC(the_inner_error_is_handled)
{
    int status = 0;

    ouro_with_timeout (&status, 5) {
        int inner = 0;

        ouro_with_timeout (&inner, 1) {
            inner = ouro_sleep(3);
        }
        if (inner == -ETIMEDOUT) {
            trace("the inner one expired");
        }
        status = ouro_sleep(1);
        trace("the outer one goes on, cancelling %d", cancelling());
    }
    trace("left");
    return status;
}

OURO_ASYNC(the_inner_swallows_the_outers_cancel)
{
    int status = 0;

    ouro_with_timeout (&status, 1) {
        int inner = 0;

        ouro_with_timeout (&inner, 2) {
            inner = ouro_sleep(5);
        }
        if (inner == -ECANCELED) {
            trace("swallows it");
        }
        status = ouro_sleep(0.5);
        trace("goes on in the outer block");
    }
    trace("%s", show(status));
    return 0;
}

static int level(int depth, const double *delays)
{
    int status = 0;

    if (depth == 3) {
        return ouro_sleep(10);
    }
    ouro_with_timeout (&status, delays[depth]) {
        status = level(depth + 1, delays);
    }
    trace("level %d: %s, cancelling %d", depth, show(status), cancelling());
    return status;
}

OURO_ASYNC(three_levels)
{
    static const double delays[][3] = { { 3, 2, 1 }, { 1, 2, 3 }, { 2, 1, 3 }, { 2, 2, 2 } };

    for (size_t i = 0; i < COUNT(delays); i++) {
        trace("%s", show(level(0, delays[i])));
    }
    return 0;
}

OURO_ASYNC(step, (double, delay))
{
    int status = 0;

    ouro_with_timeout (&status, 1) {
        status = ouro_sleep(delay);
    }
    return status;
}

OURO_ASYNC(in_sequence_within_one)
{
    static const double delays[] = { 0.5, 2, 0.5, 2 };
    int status = 0;

    ouro_with_timeout (&status, 2.5) {
        for (size_t i = 0; i < COUNT(delays); i++) {
            trace("step: %s", show(step(delays[i])));
        }
    }
    trace("%s", show(status));
    return 0;
}

SCENARIO(CASE(the_inner_expires), CASE(the_outer_expires), CASE(both_expire_together),
         CASE(neither_expires), CASE(the_sleep_ends_with_the_inner),
         CASE(the_inner_error_is_handled), CASE(the_inner_swallows_the_outers_cancel),
         CASE(three_levels), CASE(in_sequence_within_one))
