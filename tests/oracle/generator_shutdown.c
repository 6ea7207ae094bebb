/* Generators that nobody has finished, and the closing of all of a loop's. */
#include "scenario.h"

OURO_ASYNC_GENERATOR(careful, int, (const char *, name), (double, delay), (int, error))
{
    int status = 0;

    for (int i = 0; i < 10 && status >= 0; i++) {
        status = ouro_yield(i);
    }
    OURO_TRY(ouro_task_set_name(ouro_current_task(), text("closes-%s", name)));
    trace("begins to clean up");
    int slept = ouro_sleep(delay);
    trace("%s", slept == -ECANCELED ? "cancelled" : "cleaned up");
    OURO_TRY(slept);
    return error ? fail(error) : status;
}

/* They outlive the main task. */
static careful_generator kept[2];

static void ask(careful_generator *generator)
{
    int item = 0;
    int status = careful_anext(generator, &item);

    trace("%s", show_item(status, item));
}

static void on_error(ouro_loop *loop, const ouro_exception_context *context, void *arg)
{
    (void) loop;
    (void) arg;
    /* Without the generator's name, which Python shows otherwise. */
    trace("%.*s: %s", (int) (strrchr(context->message, ' ') - context->message), context->message,
          show_plain(context->status));
}

OURO_ASYNC(shut_down)
{
    return ouro_loop_shutdown_asyncgens(ouro_get_running_loop());
}

OURO_ASYNC(left_to_the_runner)
{
    kept[0] = careful_gen("first", 0.2, 0);
    kept[1] = careful_gen("second", 0.1, 0);
    ask(&kept[1]);
    ask(&kept[0]);
    trace("main ends");
    return 0;
}

OURO_ASYNC(closed_in_the_middle)
{
    int item = 0;

    kept[0] = careful_gen("first", 0.2, 0);
    ask(&kept[0]);
    ask(&kept[0]);
    OURO_TRY(shut_down());
    trace("shut down");
    ask(&kept[0]);
    trace("%s", show_item(careful_aclose(&kept[0]), 0));
    trace("%s", show_item(careful_athrow(&kept[0], fail(1), &item), item));
    return 0;
}

OURO_ASYNC(nothing_to_close)
{
    kept[0] = careful_gen("first", 0.2, 0);
    kept[1] = careful_gen("second", 0.1, 0);
    ask(&kept[1]);
    int status = careful_aclose(&kept[1]);
    trace("%s", show_item(status, 0));
    OURO_TRY(shut_down());
    trace("shut down");
    trace("%s", show_item(careful_aclose(&kept[0]), 0));
    return 0;
}

OURO_ASYNC(an_error_is_reported)
{
    ouro_loop_set_exception_handler(ouro_get_running_loop(), on_error, NULL);
    kept[0] = careful_gen("fails", 0.1, 4);
    ask(&kept[0]);
    OURO_TRY(shut_down());
    trace("shut down");
    return 0;
}

OURO_ASYNC_GENERATOR(naps, int)
{
    OURO_TRY(ouro_sleep(1));
    return ouro_yield(1);
}

static naps_generator slow;

OURO_ASYNC(ask_slow)
{
    int item = 0;
    int status = naps_anext(&slow, &item);

    trace("%s", show_item(status, item));
    return 0;
}

OURO_ASYNC(while_one_runs)
{
    ouro_loop_set_exception_handler(ouro_get_running_loop(), on_error, NULL);
    slow = naps_gen();
    ouro_task *task = spawn(ask_slow_coro(), "asks");
    OURO_TRY(ouro_sleep(0.5));
    OURO_TRY(shut_down());
    trace("shut down");
    OURO_TRY(join(task));
    return ask_slow();
}

OURO_ASYNC(cancelled_meanwhile)
{
    kept[0] = careful_gen("first", 1, 0);
    ask(&kept[0]);
    ouro_task *task = spawn(shut_down_coro(), "shuts-down");
    OURO_TRY(ouro_sleep(0.5));
    trace("cancels");
    ouro_task_cancel(task, NULL);
    int status = join(task);
    trace("%s", show(status));
    return 0;
}

OURO_ASYNC(twice)
{
    kept[0] = careful_gen("first", 0.1, 0);
    ask(&kept[0]);
    OURO_TRY(shut_down());
    OURO_TRY(shut_down());
    trace("shut down twice");
    return 0;
}

SCENARIO(CASE(left_to_the_runner), CASE(closed_in_the_middle), CASE(nothing_to_close),
         CASE(an_error_is_reported), CASE(while_one_runs), CASE(cancelled_meanwhile), CASE(twice))
