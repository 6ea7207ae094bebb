/* Errors that nobody waits for reach the loop's handler when their future is dropped. */
#include "scenario.h"

static void handler(ouro_loop *loop, const ouro_exception_context *context, void *arg)
{
    const char *name = NULL;

    (void) loop;
    (void) arg;
    if (context->future) {
        name = ouro_task_get_name(context->future);
    }
    trace("handler: %s%s%s", show_plain(context->status), name ? " of " : "", name ? name : "");
}

static void set_handler(void)
{
    ouro_loop_set_exception_handler(ouro_get_running_loop(), handler, NULL);
}

static void call_handler(const char *message, int status)
{
    ouro_exception_context context = { .message = message, .status = status };

    ouro_loop_call_exception_handler(ouro_get_running_loop(), &context);
}

OURO_ASYNC(fails, (double, delay), (int, number))
{
    OURO_TRY(ouro_sleep(delay));
    trace("fails");
    return fail(number);
}

static void start_three(ouro_task **tasks)
{
    for (int i = 0; i < 3; i++) {
        tasks[i] = spawn(fails_coro(1, i + 1), "bad-%d", i + 1);
    }
}

OURO_ASYNC(called_at_once)
{
    set_handler();
    say_soon("soon");
    call_handler("by hand", fail(1));
    trace("goes on");
    return ouro_sleep(0);
}

OURO_ASYNC(a_dropped_task)
{
    set_handler();
    ouro_task *task = spawn(fails_coro(1, 2), "bad");
    OURO_TRY(ouro_sleep(2));
    trace("drops it");
    ouro_task_unref(task);
    trace("dropped");
    return 0;
}

OURO_ASYNC(in_the_order_of_dropping)
{
    static const int order[] = { 2, 0, 1 };
    ouro_task *tasks[3];

    set_handler();
    start_three(tasks);
    OURO_TRY(ouro_sleep(2));
    for (int i = 0; i < 3; i++) {
        ouro_task_unref(tasks[order[i]]);
        trace("dropped one");
    }
    return 0;
}

OURO_ASYNC(one_whose_error_was_read)
{
    ouro_task *tasks[3];

    set_handler();
    start_three(tasks);
    OURO_TRY(ouro_sleep(2));
    trace("%s", show_plain(ouro_future_result(tasks[0])));
    trace("%s", show_error(ouro_future_exception(tasks[1])));
    trace("%s", show(ouro_await(tasks[2])));
    unref_all(tasks, 3);
    trace("dropped without a report");
    return 0;
}

OURO_ASYNC(one_that_was_cancelled)
{
    set_handler();
    ouro_task *task = spawn(fails_coro(5, 1), "gone");
    OURO_TRY(ouro_sleep(1));
    ouro_task_cancel(task, NULL);
    OURO_TRY(ouro_sleep(1));
    ouro_task_unref(task);
    trace("dropped without a report");
    return 0;
}

OURO_ASYNC(a_dropped_future)
{
    set_handler();
    ouro_future *future = ouro_create_future();
    OURO_TRY(ouro_future_set_exception(future, fail(4)));
    trace("drops it");
    ouro_future_unref(future);
    ouro_future *other = ouro_create_future();
    set_result(other);
    ouro_future_unref(other);
    trace("dropped both");
    return 0;
}

OURO_ASYNC(no_handler_any_more)
{
    ouro_loop *loop = ouro_get_running_loop();

    set_handler();
    call_handler("first", fail(5));
    ouro_loop_set_exception_handler(loop, NULL, NULL);
    trace("handler %d", ouro_loop_get_exception_handler(loop) != NULL);
    set_handler();
    trace("handler %d", ouro_loop_get_exception_handler(loop) != NULL);
    call_handler("second", 0);
    return 0;
}

OURO_ASYNC(gathered_failures_count_as_read)
{
    ouro_task *tasks[2];

    set_handler();
    for (int i = 0; i < 2; i++) {
        tasks[i] = spawn(fails_coro(i + 1, i + 1), "bad-%d", i + 1);
    }
    ouro_future *gathered = ouro_gather_future(tasks[0], tasks[1]);
    trace("%s", show(ouro_await(gathered)));
    OURO_TRY(ouro_sleep(2));
    unref_all(tasks, 2);
    ouro_future_unref(gathered);
    trace("dropped without a report");
    return 0;
}

SCENARIO(CASE(called_at_once), CASE(a_dropped_task), CASE(in_the_order_of_dropping),
         CASE(one_whose_error_was_read), CASE(one_that_was_cancelled), CASE(a_dropped_future),
         CASE(no_handler_any_more), CASE(gathered_failures_count_as_read))
