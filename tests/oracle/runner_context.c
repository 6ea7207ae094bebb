/* A runner's runs share one context, which begins as a copy of the caller's. */
#include "scenario.h"

static ouro_context_var variable = OURO_CONTEXT_VAR("variable");

static int get(void)
{
    return (int) (intptr_t) ouro_context_var_get(&variable, NULL);
}

static int set(int value)
{
    return ouro_context_var_set(&variable, (void *) (intptr_t) value, NULL);
}

OURO_ASYNC(add, (int, value))
{
    OURO_TRY(ouro_task_set_name(ouro_current_task(), "main"));
    trace("begins with %d", get());
    return set(get() + value);
}

static void run_add(ouro_runner *runner, int value, ouro_context *context)
{
    ouro_ignore(ran(ouro_runner_run_in_context(runner, add_coro(value), context)));
}

static int runs_share(void)
{
    ouro_runner runner;

    ouro_runner_init(&runner, .loop_factory = scenario_loop_factory);
    run_add(&runner, 1, NULL);
    run_add(&runner, 10, NULL);
    run_add(&runner, 100, NULL);
    close_runner(&runner);
    trace("%d", get());
    return 0;
}

static int inside(void *arg)
{
    ouro_runner runner;
    ouro_loop *loop;

    (void) arg;
    OURO_TRY(set(5));
    ouro_runner_init(&runner, .loop_factory = scenario_loop_factory);
    OURO_TRY(ouro_runner_get_loop(&runner, &loop));
    OURO_TRY(set(6));
    run_add(&runner, 1, NULL);
    run_add(&runner, 1, NULL);
    close_runner(&runner);
    trace("%d", get());
    return 0;
}

static int begins_as_a_copy(void)
{
    ouro_context *context = ouro_copy_context();

    ouro_ignore(ouro_context_run(context, inside, NULL));
    ouro_context_unref(context);
    trace("%d", get());
    return 0;
}

static int one_given(void)
{
    ouro_context *context = ouro_copy_context();
    ouro_runner runner;

    ouro_runner_init(&runner, .loop_factory = scenario_loop_factory);
    run_add(&runner, 1, context);
    run_add(&runner, 2, NULL);
    run_add(&runner, 3, context);
    close_runner(&runner);
    trace("%d", (int) (intptr_t) ouro_context_get(context, &variable, NULL));
    ouro_context_unref(context);
    return 0;
}

static int after_the_close(void)
{
    ouro_runner runner;
    ouro_loop *loop;

    ouro_runner_init(&runner, .loop_factory = scenario_loop_factory);
    close_runner(&runner);
    OURO_TRY(ouro_runner_get_loop(&runner, &loop));
    trace("%d", ouro_loop_is_running(loop));
    close_runner(&runner);
    trace("%s", show(ouro_runner_get_loop(&runner, &loop)));
    close_runner(&runner);
    return 0;
}

SCENARIO(PLAIN_CASE(runs_share), PLAIN_CASE(begins_as_a_copy), PLAIN_CASE(one_given),
         PLAIN_CASE(after_the_close))
