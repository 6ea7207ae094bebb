/* stop finishes the iteration that runs; what that iteration scheduled stays for the next run. */
#include "scenario.h"

static void stop(void *loop)
{
    ouro_loop_stop((ouro_loop *) loop);
}

static void stop_and_schedule(void *loop)
{
    trace("stops");
    ouro_loop_stop((ouro_loop *) loop);
    say_soon("scheduled while stopping");
}

static void stop_two_times(void *loop)
{
    trace("stops");
    ouro_loop_stop((ouro_loop *) loop);
    ouro_loop_stop((ouro_loop *) loop);
}

static int finishes_the_batch(void)
{
    ouro_loop *loop = new_loop();

    ouro_loop_call_soon(loop, say, "before");
    ouro_loop_call_soon(loop, stop_and_schedule, loop);
    ouro_loop_call_soon(loop, say, "behind");
    OURO_TRY(ouro_loop_run_forever(loop));
    trace("stopped");
    ouro_loop_call_soon(loop, stop, loop);
    OURO_TRY(ouro_loop_run_forever(loop));
    trace("stopped again");
    close_loop(loop);
    return 0;
}

static int stop_before_the_run(void)
{
    ouro_loop *loop = new_loop();

    ouro_loop_call_soon(loop, say, "one iteration");
    ouro_loop_call_later(loop, 1, say, "not due");
    ouro_loop_stop(loop);
    OURO_TRY(ouro_loop_run_forever(loop));
    trace("stopped");
    ouro_loop_call_later(loop, 2, stop, loop);
    OURO_TRY(ouro_loop_run_forever(loop));
    trace("stopped again");
    close_loop(loop);
    return 0;
}

static int stop_twice(void)
{
    ouro_loop *loop = new_loop();

    ouro_loop_call_soon(loop, stop_two_times, loop);
    OURO_TRY(ouro_loop_run_forever(loop));
    ouro_loop_call_soon(loop, say, "a second stop does not count");
    ouro_loop_call_later(loop, 0.5, stop, loop);
    OURO_TRY(ouro_loop_run_forever(loop));
    trace("done");
    close_loop(loop);
    return 0;
}

static int stop_from_a_timer(void)
{
    ouro_loop *loop = new_loop();

    ouro_loop_call_later(loop, 0.1, say, "first");
    ouro_loop_call_later(loop, 0.2, stop, loop);
    ouro_loop_call_later(loop, 0.2, say, "due together");
    ouro_loop_call_later(loop, 0.3, say, "later");
    OURO_TRY(ouro_loop_run_forever(loop));
    trace("stopped");
    ouro_loop_call_later(loop, 0.2, stop, loop);
    OURO_TRY(ouro_loop_run_forever(loop));
    trace("stopped again");
    close_loop(loop);
    return 0;
}

static int stopped_before_the_future_is_done(void)
{
    ouro_loop *loop = new_loop();
    ouro_future *future = ouro_loop_create_future(loop);

    ouro_loop_call_later(loop, 1, stop, loop);
    trace("%s", show(ouro_loop_run_until_complete(loop, future)));
    trace("running %d, done %d", ouro_loop_is_running(loop), ouro_future_done(future));
    ouro_loop_call_later(loop, 1, set_callback, future);
    trace("%s", show(ouro_loop_run_until_complete(loop, future)));
    ouro_future_unref(future);
    close_loop(loop);
    return 0;
}

OURO_ASYNC(worker)
{
    for (int turn = 0; turn < 3; turn++) {
        trace("turn %d", turn);
        OURO_TRY(ouro_sleep(1));
    }
    return 7;
}

static int a_task_survives_a_stop(void)
{
    ouro_loop *loop = new_loop();
    ouro_task *task = ouro_loop_create_task(loop, worker_coro(), .name = "worker");

    ouro_loop_call_later(loop, 1.5, stop, loop);
    OURO_TRY(ouro_loop_run_forever(loop));
    trace("stopped");
    trace("%s", show(ouro_loop_run_until_complete(loop, task)));
    ouro_task_unref(task);
    close_loop(loop);
    return 0;
}

SCENARIO(PLAIN_CASE(finishes_the_batch), PLAIN_CASE(stop_before_the_run), PLAIN_CASE(stop_twice),
         PLAIN_CASE(stop_from_a_timer), PLAIN_CASE(stopped_before_the_future_is_done),
         PLAIN_CASE(a_task_survives_a_stop))
