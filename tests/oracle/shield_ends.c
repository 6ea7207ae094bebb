/* What a shield does with an inner end that nobody waits for any more. */
#include "scenario.h"

OURO_ASYNC(body, (double, delay), (int, value))
{
    int status = ouro_sleep(delay);

    if (status < 0) {
        trace("interrupted");
        return status;
    }
    trace("ends");
    return value < 0 ? fail(-value) : value;
}

static ouro_task *start(double delay, int value)
{
    return spawn(body_coro(delay, value), "inner");
}

/* Tells what both came to, and gives them back. */
static int end(ouro_future *outer, ouro_task *inner)
{
    int status = join(outer);

    trace("%s", show(status));
    status = join(inner);
    trace("%s", show(status));
    return 0;
}

OURO_ASYNC(a_result_after_the_outer_was_cancelled)
{
    ouro_task *inner = start(1, 1);
    ouro_future *outer = ouro_shield_future(inner);

    ouro_future_cancel(outer, NULL);
    return end(outer, inner);
}

OURO_ASYNC(cancelled_as_the_inner_ends)
{
    ouro_task *inner = start(1, 1);
    ouro_future *outer = ouro_shield_future(inner);

    OURO_TRY(ouro_sleep(1));
    trace("done %d %d", ouro_future_done(inner), ouro_future_done(outer));
    trace("cancel %d", ouro_future_cancel(outer, NULL));
    return end(outer, inner);
}

OURO_ASYNC(two_shields_around_one)
{
    ouro_task *inner = start(1, 1);
    ouro_future *outers[] = { ouro_shield_future(inner), ouro_shield_future(inner) };

    ouro_future_cancel(outers[0], NULL);
    OURO_TRY(end(outers[0], outers[1]));
    ouro_task_unref(inner);
    return 0;
}

OURO_ASYNC(both_are_cancelled)
{
    ouro_task *inner = start(5, 1);
    ouro_future *outer = ouro_shield_future(inner);

    OURO_TRY(ouro_sleep(1));
    ouro_future_cancel(outer, NULL);
    ouro_task_cancel(inner, NULL);
    return end(outer, inner);
}

OURO_ASYNC(the_inner_is_cancelled_first)
{
    ouro_task *inner = start(5, 1);
    ouro_future *outer = ouro_shield_future(inner);

    OURO_TRY(ouro_sleep(1));
    ouro_task_cancel(inner, NULL);
    trace("done %d", ouro_future_done(outer));
    trace("%s", show(ouro_await(outer)));
    trace("cancelled %d %d", ouro_future_cancelled(outer), ouro_future_cancelled(inner));
    ouro_future_unref(outer);
    ouro_task_unref(inner);
    return 0;
}

OURO_ASYNC(an_error_for_both)
{
    ouro_task *inner = start(1, -2);

    return end(ouro_shield_future(inner), inner);
}

OURO_ASYNC(in_a_timeout)
{
    ouro_task *inner = start(2, 3);
    int status = 0;

    ouro_with_timeout (&status, 1) {
        status = ouro_shield(inner);
    }
    if (status == -ETIMEDOUT) {
        trace("too late");
    }
    status = join(inner);
    trace("%s", show(status));
    return 0;
}

SCENARIO(CASE(a_result_after_the_outer_was_cancelled), CASE(cancelled_as_the_inner_ends),
         CASE(two_shields_around_one), CASE(both_are_cancelled), CASE(the_inner_is_cancelled_first),
         CASE(an_error_for_both), CASE(in_a_timeout))
