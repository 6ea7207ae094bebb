/* Tasks that are pending when their loop is closed are reported. */
#include "scenario.h"

static void handler(ouro_loop *loop, const ouro_exception_context *context, void *arg)
{
    (void) loop;
    (void) arg;
    trace("handler: %s %s", context->message, ouro_task_get_name(context->future));
}

static ouro_loop *prepare(void)
{
    ouro_loop *loop = new_loop();

    ouro_loop_set_exception_handler(loop, handler, NULL);
    return loop;
}

static ouro_task *start(ouro_loop *loop, ouro_coroutine coroutine, const char *name)
{
    return ouro_loop_create_task(loop, coroutine, .name = name);
}

static int finish(ouro_loop *loop, ouro_task **tasks, size_t count)
{
    ouro_loop_stop(loop);
    ouro_ignore(ouro_loop_run_forever(loop));
    close_loop(loop);
    unref_all(tasks, count);
    trace("closed");
    return 0;
}

OURO_ASYNC(sleeper)
{
    trace("sleeps");
    return ouro_sleep(5);
}

OURO_ASYNC(waiter, (ouro_future *, future))
{
    return ouro_await(future);
}

OURO_ASYNC(nothing)
{
    trace("runs");
    return 0;
}

OURO_ASYNC(fails)
{
    return fail(1);
}

static int one_that_sleeps(void)
{
    ouro_loop *loop = prepare();
    ouro_task *task = start(loop, sleeper_coro(), "sleeper");

    return finish(loop, &task, 1);
}

static int one_that_awaits_a_future(void)
{
    ouro_loop *loop = prepare();
    ouro_future *future = ouro_loop_create_future(loop);
    ouro_task *task = start(loop, waiter_coro(future), "waiter");
    int status = finish(loop, &task, 1);

    ouro_future_unref(future);
    return status;
}

static int one_that_is_done(void)
{
    ouro_loop *loop = prepare();
    ouro_task *task = start(loop, nothing_coro(), "done");

    return finish(loop, &task, 1);
}

static int one_that_failed(void)
{
    ouro_loop *loop = prepare();
    ouro_task *task = start(loop, fails_coro(), "failed");

    return finish(loop, &task, 1);
}

static int one_of_each(void)
{
    ouro_loop *loop = prepare();
    ouro_task *tasks[] = { start(loop, nothing_coro(), "done"),
                           start(loop, sleeper_coro(), "sleeper") };

    return finish(loop, tasks, 2);
}

static int in_debug_mode(void)
{
    ouro_loop *loop = prepare();
    ouro_task *task;

    ouro_loop_set_debug(loop, true);
    task = start(loop, sleeper_coro(), "sleeper");
    return finish(loop, &task, 1);
}

SCENARIO(PLAIN_CASE(one_that_sleeps), PLAIN_CASE(one_that_awaits_a_future),
         PLAIN_CASE(one_that_is_done), PLAIN_CASE(one_that_failed), PLAIN_CASE(one_of_each),
         PLAIN_CASE(in_debug_mode))
