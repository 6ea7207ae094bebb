/* A runner runs several coroutines on one loop, and ends what is left when it closes. */
#include "scenario.h"

static ouro_context_var variable = OURO_CONTEXT_VAR("variable");

static int get_variable(void)
{
    return (int) (intptr_t) ouro_context_var_get(&variable, NULL);
}

static int set_variable(int value)
{
    return ouro_context_var_set(&variable, (void *) (intptr_t) value, NULL);
}

static void open_runner(ouro_runner *runner)
{
    ouro_runner_init(runner, .loop_factory = scenario_loop_factory);
}

OURO_ASYNC(named, (const ouro_coroutine *, coroutine))
{
    OURO_TRY(ouro_task_set_name(ouro_current_task(), "main"));
    return ouro_coroutine_await(coroutine);
}

static int run_main(ouro_runner *runner, ouro_coroutine coroutine)
{
    return ran(ouro_runner_run(runner, named_coro(&coroutine)));
}

OURO_ASYNC(first_run)
{
    trace("variable %d", get_variable());
    OURO_TRY(set_variable(1));
    OURO_TRY(ouro_sleep(0.5));
    return 5;
}

OURO_ASYNC(second_run)
{
    trace("variable %d", get_variable());
    OURO_TRY(set_variable(2));
    return 6;
}

static int runs_share_loop_and_context(void)
{
    ouro_runner runner;

    open_runner(&runner);
    trace("%s", show(run_main(&runner, first_run_coro())));
    trace("%s", show(run_main(&runner, second_run_coro())));
    trace("%s", show(run_main(&runner, second_run_coro())));
    close_runner(&runner);
    trace("outside %d", get_variable());
    return 0;
}

OURO_ASYNC(fails)
{
    OURO_TRY(ouro_sleep(1));
    return fail(1);
}

OURO_ASYNC(is_cancelled)
{
    ouro_task_cancel(ouro_current_task(), NULL);
    return ouro_sleep(1);
}

static int outcomes(void)
{
    ouro_runner runner;

    open_runner(&runner);
    trace("%s", show(run_main(&runner, fails_coro())));
    trace("%s", show(run_main(&runner, is_cancelled_coro())));
    trace("%s", show(run_main(&runner, fails_coro())));
    close_runner(&runner);
    return 0;
}

OURO_ASYNC(left_over, (double, delay), (double, cleanup), (int, number))
{
    trace("waits");
    int status = ouro_sleep(delay);
    if (status == 0) {
        trace("ends by itself");
        return 0;
    }
    trace("interrupted");
    OURO_TRY(ouro_sleep(cleanup));
    trace("clean");
    return number ? fail(number) : status;
}

OURO_ASYNC(leaves_three)
{
    for (int i = 0; i < 3; i++) {
        ouro_task_unref(spawn(left_over_coro(9, 3 - i, 0), "left-%d", i));
    }
    OURO_TRY(ouro_sleep(1));
    trace("main ends");
    return 0;
}

static int the_close_cancels_the_rest(void)
{
    ouro_runner runner;

    open_runner(&runner);
    trace("%s", show(run_main(&runner, leaves_three_coro())));
    trace("closes");
    close_runner(&runner);
    trace("closed");
    return 0;
}

OURO_ASYNC(starts_one)
{
    ouro_task_unref(spawn(left_over_coro(2, 0, 0), "left"));
    OURO_TRY(ouro_sleep(0.5));
    trace("first run ends");
    return 0;
}

OURO_ASYNC(goes_on)
{
    OURO_TRY(ouro_sleep(3));
    trace("second run ends");
    return 0;
}

static int a_task_lives_through_two_runs(void)
{
    ouro_runner runner;

    open_runner(&runner);
    OURO_TRY(run_main(&runner, starts_one_coro()));
    trace("between");
    OURO_TRY(run_main(&runner, goes_on_coro()));
    close_runner(&runner);
    return 0;
}

static void handler(ouro_loop *loop, const ouro_exception_context *context, void *arg)
{
    (void) loop;
    (void) arg;
    trace("handler: %s", show_plain(context->status));
}

OURO_ASYNC(leaves_failures)
{
    ouro_loop_set_exception_handler(ouro_get_running_loop(), handler, NULL);
    for (int i = 0; i < 3; i++) {
        ouro_task_unref(spawn(left_over_coro(9, 0, i), "left-%d", i));
    }
    OURO_TRY(ouro_sleep(1));
    trace("main ends");
    return 0;
}

static int the_close_reports_failures(void)
{
    ouro_runner runner;

    open_runner(&runner);
    OURO_TRY(run_main(&runner, leaves_failures_coro()));
    close_runner(&runner);
    trace("closed");
    return 0;
}

OURO_ASYNC(stubborn)
{
    if (ouro_sleep(100) == -ECANCELED) {
        trace("swallows it");
    }
    OURO_TRY(ouro_sleep(5));
    trace("ends by itself");
    return 0;
}

OURO_ASYNC(leaves_a_stubborn_one)
{
    ouro_task_unref(spawn(stubborn_coro(), "stubborn"));
    return ouro_sleep(1);
}

static int one_that_swallows_the_last_cancel(void)
{
    ouro_runner runner;

    open_runner(&runner);
    OURO_TRY(run_main(&runner, leaves_a_stubborn_one_coro()));
    close_runner(&runner);
    trace("closed");
    return 0;
}

OURO_ASYNC(inner_main)
{
    return 1;
}

OURO_ASYNC(outer_main, (ouro_runner *, runner))
{
    trace("inside a run: %s", show(ouro_runner_run(runner, inner_main_coro())));
    return 0;
}

static int misuse(void)
{
    ouro_runner runner;
    ouro_loop *loop;

    open_runner(&runner);
    OURO_TRY(run_main(&runner, outer_main_coro(&runner)));
    close_runner(&runner);
    close_runner(&runner);
    trace("after the close: %s", show(ouro_runner_run(&runner, inner_main_coro())));
    trace("its loop: %s", show(ouro_runner_get_loop(&runner, &loop)));
    return 0;
}

SCENARIO(PLAIN_CASE(runs_share_loop_and_context), PLAIN_CASE(outcomes),
         PLAIN_CASE(the_close_cancels_the_rest), PLAIN_CASE(a_task_lives_through_two_runs),
         PLAIN_CASE(the_close_reports_failures), PLAIN_CASE(one_that_swallows_the_last_cancel),
         PLAIN_CASE(misuse))
