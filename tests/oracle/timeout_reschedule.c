/* The end of a timeout can be moved while it runs, and only then. */
#include "scenario.h"

static double loop_time(void)
{
    return ouro_loop_time(ouro_get_running_loop());
}

static int in_ms(const ouro_timeout *limit)
{
    return (int) ((ouro_timeout_when(limit) - loop_time()) * 1000 + 0.5);
}

OURO_ASYNC(further)
{
    ouro_timeout limit = { .state_ = 0 };

    OURO_TRY(ouro_timeout_enter(&limit, 1));
    trace("in %d ms", in_ms(&limit));
    OURO_TRY(ouro_sleep(0.5));
    OURO_TRY(ouro_timeout_reschedule(&limit, loop_time() + 2));
    trace("in %d ms", in_ms(&limit));
    trace("%s", show(ouro_timeout_exit(&limit, ouro_sleep(10))));
    return 0;
}

OURO_ASYNC(nearer)
{
    int status = 0;

    ouro_with_timeout_as(limit, &status, 10)
    {
        OURO_TRY(ouro_timeout_reschedule(&limit, loop_time() + 1));
        status = ouro_sleep(5);
    }
    trace("%s", show(status));
    return 0;
}

OURO_ASYNC(into_the_past)
{
    int status = 0;

    ouro_with_timeout_as(limit, &status, 10)
    {
        OURO_TRY(ouro_timeout_reschedule(&limit, loop_time() - 1));
        say_soon("soon");
        trace("goes on");
        status = ouro_sleep(5);
    }
    trace("%s", show(status));
    return 0;
}

OURO_ASYNC(removed)
{
    ouro_timeout limit = { .state_ = 0 };

    OURO_TRY(ouro_timeout_enter(&limit, 1));
    OURO_TRY(ouro_timeout_reschedule(&limit, OURO_FOREVER));
    OURO_TRY(ouro_timeout_exit(&limit, ouro_sleep(5)));
    trace("expired %d", ouro_timeout_expired(&limit));
    return 0;
}

OURO_ASYNC(set_later)
{
    int status = 0;

    ouro_with_timeout_as(limit, &status, OURO_FOREVER)
    {
        OURO_TRY(ouro_sleep(5));
        OURO_TRY(ouro_timeout_reschedule(&limit, loop_time() + 1));
        status = ouro_sleep(5);
    }
    trace("%s", show(status));
    return 0;
}

OURO_ASYNC(block, (ouro_timeout *, limit))
{
    OURO_TRY(ouro_timeout_enter(limit, 10));
    return ouro_timeout_exit(limit, ouro_sleep(20));
}

OURO_ASYNC(by_another_task)
{
    ouro_timeout limit = { .state_ = 0 };
    ouro_task *task = spawn(block_coro(&limit), "t");

    OURO_TRY(ouro_sleep(1));
    OURO_TRY(ouro_timeout_reschedule(&limit, loop_time() + 1));
    trace("%s", show(join(task)));
    return 0;
}

OURO_ASYNC(kept_alive_by_work)
{
    static const double delays[] = { 0.9, 0.9, 0.9, 1.1 };
    int status = 0;

    ouro_with_timeout_as(limit, &status, 1)
    {
        for (size_t i = 0; i < COUNT(delays) && status == 0; i++) {
            status = ouro_sleep(delays[i]);
            if (status == 0) {
                trace("slept %d", (int) (delays[i] * 1000 + 0.5));
                OURO_TRY(ouro_timeout_reschedule(&limit, loop_time() + 1));
            }
        }
    }
    trace("%s", show(status));
    return 0;
}

OURO_ASYNC(after_it_expired)
{
    ouro_timeout limit = { .state_ = 0 };

    OURO_TRY(ouro_timeout_enter(&limit, 1));
    int status = ouro_sleep(5);
    if (status == -ECANCELED) {
        trace("reschedule: %s", show_misuse(ouro_timeout_reschedule(&limit, loop_time() + 1)));
    }
    trace("%s", show(ouro_timeout_exit(&limit, status)));
    trace("reschedule: %s", show_misuse(ouro_timeout_reschedule(&limit, loop_time() + 1)));
    return 0;
}

OURO_ASYNC(after_the_exit)
{
    ouro_timeout limit = { .state_ = 0 };

    OURO_TRY(ouro_timeout_enter(&limit, 1));
    OURO_TRY(ouro_timeout_exit(&limit, 0));
    trace("reschedule: %s", show_misuse(ouro_timeout_reschedule(&limit, loop_time() + 1)));
    return ouro_sleep(5);
}

SCENARIO(CASE(further), CASE(nearer), CASE(into_the_past), CASE(removed), CASE(set_later),
         CASE(by_another_task), CASE(kept_alive_by_work), CASE(after_it_expired),
         CASE(after_the_exit))
