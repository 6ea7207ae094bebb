/* shield keeps a cancel from the inner task, and passes everything else on. */
#include "scenario.h"

OURO_ASYNC(body, (double, delay), (int, value))
{
    int status = ouro_sleep(delay);

    if (status < 0) {
        trace("the inner task is interrupted");
        return status;
    }
    trace("the inner task ends");
    return value < 0 ? fail(-value) : value;
}

static ouro_task *start(double delay, int value)
{
    return spawn(body_coro(delay, value), "inner");
}

OURO_ASYNC(shields, (ouro_task *, inner))
{
    int status = ouro_shield(inner);

    if (status < 0) {
        trace("shield: %s", show(status));
    }
    return status;
}

static ouro_task *shielding(ouro_task *inner)
{
    return spawn(shields_coro(inner), "outer");
}

OURO_ASYNC(a_result)
{
    ouro_task *inner = start(1, 3);

    trace("%s", show(ouro_shield(inner)));
    ouro_task_unref(inner);
    return 0;
}

OURO_ASYNC(an_error)
{
    ouro_task *inner = start(1, -4);

    trace("%s", show(ouro_shield(inner)));
    ouro_task_unref(inner);
    return 0;
}

OURO_ASYNC(the_outer_is_cancelled)
{
    ouro_task *inner = start(2, 5);
    ouro_task *outer = shielding(inner);

    OURO_TRY(ouro_sleep(1));
    ouro_task_cancel(outer, NULL);
    trace("inner cancelling %d", ouro_task_cancelling(inner));
    trace("%s", show(join(outer)));
    trace("inner done %d", ouro_future_done(inner));
    trace("%s", show(join(inner)));
    return 0;
}

OURO_ASYNC(the_inner_is_cancelled)
{
    ouro_task *inner = start(2, 6);
    ouro_task *outer = shielding(inner);

    OURO_TRY(ouro_sleep(1));
    ouro_task_cancel(inner, NULL);
    trace("%s", show(ouro_await(outer)));
    trace("outer cancelling %d", ouro_task_cancelling(outer));
    ouro_task_unref(inner);
    ouro_task_unref(outer);
    return 0;
}

OURO_ASYNC(done_already)
{
    ouro_task *inner = start(0, 7);

    OURO_TRY(ouro_sleep(1));
    say_soon("soon");
    trace("%s", show(ouro_shield(inner)));
    trace("has not suspended");
    ouro_task_unref(inner);
    return ouro_sleep(0);
}

OURO_ASYNC(an_error_after_the_outer_was_cancelled)
{
    ouro_task *inner = start(2, -8);
    ouro_task *outer = shielding(inner);

    OURO_TRY(ouro_sleep(1));
    ouro_task_cancel(outer, NULL);
    trace("%s", show(join(outer)));
    OURO_TRY(ouro_sleep(2));
    trace("inner came to %s", result(inner));
    ouro_task_unref(inner);
    return 0;
}

OURO_ASYNC(the_future_form)
{
    ouro_task *inner = start(2, 9);
    ouro_future *shield = ouro_shield_future(inner);

    OURO_TRY(ouro_sleep(1));
    bool accepted = ouro_future_cancel(shield, NULL);
    trace("cancel %d, cancelled %d", accepted, ouro_future_cancelled(shield));
    trace("%s", show(join(shield)));
    trace("%s", show(join(inner)));
    return 0;
}

static void tell_shield(ouro_future *future, void *shield)
{
    (void) future;
    trace("shield done %d", ouro_future_done((ouro_future *) shield));
}

OURO_ASYNC(it_takes_one_more_iteration)
{
    ouro_task *inner = start(1, 1);
    ouro_future *shield = ouro_shield_future(inner);

    on_done(inner, tell_shield, shield);
    say_on_done(shield, "shield's callback");
    OURO_TRY(join(inner));
    trace("shield done %d", ouro_future_done(shield));
    OURO_TRY(join(shield));
    trace("shield awaited");
    return 0;
}

static void cancel_other_loudly(ouro_future *future, void *other)
{
    (void) future;
    trace("cancel %d", ouro_task_cancel((ouro_task *) other, NULL));
}

OURO_ASYNC(cancelled_in_the_iteration_of_the_end)
{
    ouro_task *inner = start(1, 2);
    ouro_task *outer = shielding(inner);

    OURO_TRY(ouro_sleep(0));
    on_done(inner, cancel_other_loudly, outer);
    trace("%s", show(join(outer)));
    trace("%s", show(join(inner)));
    return 0;
}

SCENARIO(CASE(a_result), CASE(an_error), CASE(the_outer_is_cancelled), CASE(the_inner_is_cancelled),
         CASE(done_already), CASE(an_error_after_the_outer_was_cancelled), CASE(the_future_form),
         CASE(it_takes_one_more_iteration), CASE(cancelled_in_the_iteration_of_the_end))
