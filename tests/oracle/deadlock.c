/* A program in which nothing can happen any more ends with an error; its tasks still clean up. */
#include "scenario.h"

OURO_ASYNC(a_future_that_nobody_sets)
{
    ouro_future *future = ouro_create_future();

    OURO_TRY(ouro_sleep(1));
    int status = join(future);
    trace("main cleans up");
    return status;
}

OURO_ASYNC(waiter, (ouro_future *, future))
{
    int status = ouro_shield(future);

    trace("cleans up");
    OURO_TRY(ouro_sleep(1));
    trace("clean");
    return status;
}

OURO_ASYNC(tasks_that_wait_for_main)
{
    ouro_future *future = ouro_create_future();
    ouro_task *tasks[2];

    for (int i = 0; i < 2; i++) {
        tasks[i] = spawn(waiter_coro(future), "t%d", i);
    }
    int status = ouro_wait(tasks, 2);
    trace("main cleans up");
    unref_all(tasks, 2);
    ouro_future_unref(future);
    return status;
}

static int a_loop_may_run_again(void)
{
    ouro_loop *loop = new_loop();
    ouro_future *future = ouro_loop_create_future(loop);

    trace("%s", show_run(ouro_loop_run_until_complete(loop, future)));
    ouro_loop_call_later(loop, 1, set_callback, future);
    trace("%s", show_run(ouro_loop_run_until_complete(loop, future)));
    ouro_future_unref(future);
    close_loop(loop);
    return 0;
}

SCENARIO(CASE(a_future_that_nobody_sets), CASE(tasks_that_wait_for_main),
         PLAIN_CASE(a_loop_may_run_again))
