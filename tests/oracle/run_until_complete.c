/* run_until_complete returns the future's outcome, at the end of the iteration after the one that
 * set it. */
#include "scenario.h"

static int run_task(ouro_loop *loop, ouro_coroutine coroutine, const char *name)
{
    ouro_task *task = ouro_loop_create_task(loop, coroutine, .name = name);
    int status = ouro_loop_run_until_complete(loop, task);

    ouro_task_unref(task);
    return status;
}

OURO_ASYNC(returns)
{
    return 3;
}

OURO_ASYNC(fails)
{
    return fail(4);
}

OURO_ASYNC(is_cancelled)
{
    ouro_task_cancel(ouro_current_task(), NULL);
    return ouro_sleep(1);
}

static int outcomes(void)
{
    ouro_loop *loop = new_loop();

    trace("%s", show(run_task(loop, returns_coro(), "t")));
    trace("%s", show(run_task(loop, fails_coro(), "t")));
    trace("%s", show(run_task(loop, is_cancelled_coro(), "t")));
    close_loop(loop);
    return 0;
}

static int a_future_that_is_done(void)
{
    ouro_loop *loop = new_loop();
    ouro_future *future = ouro_loop_create_future(loop);
    ouro_future *cancelled = ouro_loop_create_future(loop);

    set_result(future);
    ouro_loop_call_soon(loop, say, "ready");
    trace("%s", show(ouro_loop_run_until_complete(loop, future)));
    ouro_future_cancel(cancelled, NULL);
    trace("%s", show(ouro_loop_run_until_complete(loop, cancelled)));
    ouro_future_unref(future);
    ouro_future_unref(cancelled);
    close_loop(loop);
    return 0;
}

static void chain(void *left_)
{
    int *left = (int *) left_;

    trace("chain %d", *left);
    if (*left > 0) {
        (*left)--;
        call_soon(chain, left);
    }
}

OURO_ASYNC(schedules_a_chain, (int *, left))
{
    call_soon(chain, left);
    trace("body ends");
    return 0;
}

OURO_ASYNC(rest)
{
    OURO_TRY(ouro_sleep(0.1));
    trace("rest ends");
    return 0;
}

static int leftovers_wait_for_the_next_run(void)
{
    ouro_loop *loop = new_loop();
    int left = 4;

    OURO_TRY(run_task(loop, schedules_a_chain_coro(&left), "body"));
    trace("between the runs");
    OURO_TRY(run_task(loop, rest_coro(), "rest"));
    close_loop(loop);
    return 0;
}

OURO_ASYNC(sleeps)
{
    return ouro_sleep(0.1);
}

static int the_clock_goes_on_between_runs(void)
{
    ouro_loop *loop = new_loop();

    ouro_loop_call_later(loop, 0.15, say, "timer of the first run");
    for (int number = 0; number < 3; number++) {
        trace("%s", show(run_task(loop, sleeps_coro(), text("sleep-%d", number))));
    }
    close_loop(loop);
    return 0;
}

OURO_ASYNC(body)
{
    trace("body");
    return 1;
}

static void stop(void *loop)
{
    ouro_loop_stop((ouro_loop *) loop);
}

static int done_callbacks_around_the_end(void)
{
    ouro_loop *loop = new_loop();
    ouro_task *task = ouro_loop_create_task(loop, body_coro(), .name = "body");

    say_on_done(task, "callback from before");
    OURO_TRY(ouro_loop_run_until_complete(loop, task));
    trace("returned");
    say_on_done(task, "callback from after");
    trace("nothing runs outside");
    ouro_loop_call_soon(loop, stop, loop);
    OURO_TRY(ouro_loop_run_forever(loop));
    ouro_task_unref(task);
    close_loop(loop);
    return 0;
}

SCENARIO(PLAIN_CASE(outcomes), PLAIN_CASE(a_future_that_is_done),
         PLAIN_CASE(leftovers_wait_for_the_next_run), PLAIN_CASE(the_clock_goes_on_between_runs),
         PLAIN_CASE(done_callbacks_around_the_end))
