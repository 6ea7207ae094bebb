/* A loop runs once at a time, in one thread, and never after it is closed. */
#include "scenario.h"

static int run_body(ouro_loop *loop, ouro_coroutine coroutine)
{
    ouro_task *task = ouro_loop_create_task(loop, coroutine, .name = "body");
    int status = ouro_loop_run_until_complete(loop, task);

    ouro_task_unref(task);
    return status;
}

static void try_to_run(ouro_loop *loop)
{
    ouro_future *future = ouro_loop_create_future(loop);

    trace("until complete: %s", show(ouro_loop_run_until_complete(loop, future)));
    ouro_future_unref(future);
}

OURO_ASYNC(runs_itself, (ouro_loop *, loop))
{
    try_to_run(loop);
    trace("running %d", ouro_loop_is_running(loop));
    OURO_TRY(ouro_sleep(0.1));
    trace("unharmed");
    return 1;
}

static int run_inside_itself(void)
{
    ouro_loop *loop = new_loop();

    trace("%s", show(run_body(loop, runs_itself_coro(loop))));
    trace("running %d", ouro_loop_is_running(loop));
    close_loop(loop);
    return 0;
}

OURO_ASYNC(runs_another, (ouro_loop *, loop), (ouro_loop *, other))
{
    try_to_run(other);
    trace("running %d %d", ouro_loop_is_running(loop), ouro_loop_is_running(other));
    return 0;
}

static int another_one_inside(void)
{
    ouro_loop *other;

    OURO_TRY(ouro_new_event_loop(&other, .backend = "sim"));
    ouro_loop *loop = new_loop();
    trace("%s", show(run_body(loop, runs_another_coro(loop, other))));
    close_loop(loop);
    ouro_ignore(ouro_loop_close(other));
    return 0;
}

OURO_ASYNC(closes_it, (ouro_loop *, loop))
{
    trace("close: %s", show(ouro_loop_close(loop)));
    OURO_TRY(ouro_sleep(0.1));
    trace("goes on");
    return 0;
}

static int closed_while_it_runs(void)
{
    ouro_loop *loop = new_loop();

    trace("%s", show(run_body(loop, closes_it_coro(loop))));
    close_loop(loop);
    return 0;
}

static void stop(void *loop)
{
    ouro_loop_stop((ouro_loop *) loop);
}

static int nothing_runs_outside(void)
{
    ouro_loop *loop = new_loop();

    trace("current %d", ouro_get_running_loop() != NULL);
    ouro_loop_call_soon(loop, say, "inside");
    trace("outside");
    ouro_loop_call_soon(loop, stop, loop);
    OURO_TRY(ouro_loop_run_forever(loop));
    trace("current %d", ouro_get_running_loop() != NULL);
    close_loop(loop);
    return 0;
}

OURO_ASYNC(slow)
{
    OURO_TRY(ouro_sleep(1));
    trace("ends");
    return 2;
}

static int stopped_before_the_result(void)
{
    ouro_loop *loop = new_loop();
    ouro_task *task = ouro_loop_create_task(loop, slow_coro(), .name = "body");

    ouro_loop_call_later(loop, 0.5, stop, loop);
    trace("%s", show(ouro_loop_run_until_complete(loop, task)));
    trace("done %d", ouro_future_done(task));
    trace("%s", show(ouro_loop_run_until_complete(loop, task)));
    ouro_task_unref(task);
    close_loop(loop);
    return 0;
}

SCENARIO(PLAIN_CASE(run_inside_itself), PLAIN_CASE(another_one_inside),
         PLAIN_CASE(closed_while_it_runs), PLAIN_CASE(nothing_runs_outside),
         PLAIN_CASE(stopped_before_the_result))
