/* In debug mode slow steps and callbacks are reported; with a limit of 0 every one of them is. */
#include "scenario.h"

/* Names what a report is about: what follows `before`, up to `end`. */
static void trace_name(const char *report, const char *kind, const char *before, char end)
{
    const char *name = report + strlen(before);
    const char *stop = strchr(name, end);

    if (strncmp(report, before, strlen(before)) == 0 && stop) {
        trace("slow %s %.*s", kind, (int) (stop - name), name);
    }
}

static void take_report(ouro_log_level level, const char *report, void *arg)
{
    (void) level;
    (void) arg;
    trace_name(report, "task", "Executing task '", '\'');
    trace_name(report, "callback", "Executing callback ", '(');
}

static void tick(void *arg)
{
    (void) arg;
    trace("tick");
}

static void tock(void *arg)
{
    (void) arg;
    trace("tock");
}

static void done(ouro_future *future, void *arg)
{
    (void) future;
    (void) arg;
    trace("done");
}

OURO_ASYNC(worker, (double, delay))
{
    OURO_TRY(ouro_sleep(0));
    trace("works");
    return ouro_sleep(delay);
}

static void begin(double limit)
{
    ouro_loop *loop = ouro_get_running_loop();

    ouro_set_log_handler(take_report, NULL);
    ouro_loop_set_debug(loop, true);
    ouro_ignore(ouro_loop_set_slow_callback_duration(loop, limit));
}

OURO_ASYNC(steps)
{
    ouro_task *tasks[2];

    begin(0);
    for (int i = 0; i < 2; i++) {
        tasks[i] = spawn(worker_coro(2 - i), "worker-%d", 2 - i);
    }
    join_all(tasks, 2);
    return 0;
}

OURO_ASYNC(callbacks)
{
    begin(0);
    call_soon(tick, NULL);
    call_later(1, tock, NULL);
    ouro_future *future = ouro_create_future();
    on_done(future, done, NULL);
    OURO_TRY(ouro_sleep(0.5));
    set_result(future);
    OURO_TRY(ouro_sleep(1));
    ouro_future_unref(future);
    return 0;
}

OURO_ASYNC(a_limit_that_nothing_reaches)
{
    begin(0.1);
    call_soon(tick, NULL);
    return join(spawn(worker_coro(1), "worker"));
}

static void trace_limit(void)
{
    ouro_loop *loop = ouro_get_running_loop();

    trace("%d %.3f", ouro_loop_get_debug(loop), ouro_loop_get_slow_callback_duration(loop));
}

OURO_ASYNC(the_limit)
{
    ouro_loop *loop = ouro_get_running_loop();

    trace_limit();
    OURO_TRY(ouro_loop_set_slow_callback_duration(loop, 0.25));
    ouro_loop_set_debug(loop, true);
    trace_limit();
    ouro_loop_set_debug(loop, false);
    trace_limit();
    return 0;
}

OURO_ASYNC(turned_off_again)
{
    begin(0);
    ouro_task *task = spawn(worker_coro(5), "worker");
    OURO_TRY(ouro_sleep(1));
    ouro_loop_set_debug(ouro_get_running_loop(), false);
    call_soon(tick, NULL);
    OURO_TRY(join(task));
    ouro_loop_set_debug(ouro_get_running_loop(), true);
    call_soon(tock, NULL);
    return ouro_sleep(1);
}

OURO_ASYNC(a_task_that_was_there_before)
{
    ouro_task *task = spawn(worker_coro(1), "worker");

    OURO_TRY(ouro_sleep(0.5));
    begin(0);
    return join(task);
}

SCENARIO(CASE(steps), CASE(callbacks), CASE(a_limit_that_nothing_reaches), CASE(the_limit),
         CASE(turned_off_again), CASE(a_task_that_was_there_before))
