/* Errors that nobody has read are reported in the order in which their futures are dropped. */
#include "scenario.h"

static void handler(ouro_loop *loop, const ouro_exception_context *context, void *arg)
{
    (void) loop;
    (void) arg;
    trace("handler: %s", show_plain(context->status));
}

static void set_handler(void)
{
    ouro_loop_set_exception_handler(ouro_get_running_loop(), handler, NULL);
}

static ouro_future *failed(int number)
{
    ouro_future *future = ouro_create_future();

    ouro_ignore(ouro_future_set_exception(future, fail(number)));
    return future;
}

static void drop(ouro_future *future)
{
    ouro_future_unref(future);
    trace("dropped");
}

OURO_ASYNC(awaited_by_a_task_that_handles_it)
{
    set_handler();
    ouro_future *future = failed(1);
    trace("%s", show(ouro_await(future)));
    drop(future);
    return 0;
}

OURO_ASYNC(the_report_comes_at_the_drop)
{
    set_handler();
    say_soon("soon");
    ouro_future *future = failed(2);
    ouro_future *other = failed(3);
    ouro_future_unref(other);
    trace("dropped the second");
    ouro_future_unref(future);
    trace("dropped the first");
    return ouro_sleep(0);
}

OURO_ASYNC(a_look_at_its_state_is_not_enough)
{
    set_handler();
    ouro_future *future = failed(4);
    trace("done %d, cancelled %d", ouro_future_done(future), ouro_future_cancelled(future));
    drop(future);
    return 0;
}

OURO_ASYNC(a_callback_that_does_not_read_it)
{
    set_handler();
    ouro_future *future = failed(5);
    say_on_done(future, "called");
    OURO_TRY(ouro_sleep(0));
    drop(future);
    return 0;
}

static void read_done(ouro_future *future, void *arg)
{
    (void) arg;
    trace("%s", show_error(ouro_future_exception(future)));
}

OURO_ASYNC(a_callback_that_reads_it)
{
    set_handler();
    ouro_future *future = failed(6);
    on_done(future, read_done, NULL);
    OURO_TRY(ouro_sleep(0));
    drop(future);
    return 0;
}

OURO_ASYNC(a_wait_does_not_read_it)
{
    set_handler();
    ouro_future *future = failed(7);
    OURO_TRY(ouro_wait(&future, 1));
    trace("waited");
    drop(future);
    return 0;
}

OURO_ASYNC(one_reader_is_enough)
{
    set_handler();
    ouro_future *future = failed(8);
    ouro_future *other = ouro_future_ref(future);
    trace("%s", show_error(ouro_future_exception(future)));
    ouro_future_unref(future);
    trace("one reference left");
    drop(other);
    return 0;
}

SCENARIO(CASE(awaited_by_a_task_that_handles_it), CASE(the_report_comes_at_the_drop),
         CASE(a_look_at_its_state_is_not_enough), CASE(a_callback_that_does_not_read_it),
         CASE(a_callback_that_reads_it), CASE(a_wait_does_not_read_it), CASE(one_reader_is_enough))
