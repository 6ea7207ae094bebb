/* Context.run: what is set inside stays there; a context is entered by one at a time. */
#include "scenario.h"

static ouro_context_var variable = OURO_CONTEXT_VAR("variable");

static int number(void *value)
{
    return (int) (intptr_t) value;
}

static int get(void)
{
    return number(ouro_context_var_get(&variable, NULL));
}

static int get_in(const ouro_context *context, int otherwise)
{
    return number(ouro_context_get(context, &variable, (void *) (intptr_t) otherwise));
}

static void set(int value)
{
    ouro_ignore(ouro_context_var_set(&variable, (void *) (intptr_t) value, NULL));
}

static void tell(const char *label)
{
    trace("%s: %d", label, get());
}

static int change(void *value)
{
    tell("inside");
    set(number(value));
    return number(value);
}

static int run_change(ouro_context *context, int value)
{
    return ouro_context_run(context, change, (void *) (intptr_t) value);
}

OURO_ASYNC(sets_stay_inside)
{
    set(1);
    ouro_context *context = ouro_copy_context();
    set(2);
    trace("%d", run_change(context, 5));
    tell("outside");
    trace("%d", run_change(context, 6));
    trace("%d %d", get_in(context, 0), get());
    ouro_context *copy = ouro_context_copy(context);
    trace("%d", run_change(copy, 7));
    trace("%d %d", get_in(context, 0), get_in(copy, 0));
    ouro_context_unref(copy);
    ouro_context_unref(context);
    return 0;
}

static void look_into(const ouro_context *context)
{
    trace("%zu %d %d", ouro_context_size(context), ouro_context_contains(context, &variable),
          get_in(context, -1));
}

OURO_ASYNC(an_empty_one)
{
    ouro_context *context = ouro_context_new();

    set(3);
    look_into(context);
    trace("%d", run_change(context, 4));
    look_into(context);
    ouro_context_unref(context);
    return 0;
}

static int again(void *context)
{
    trace("%s", show(run_change((ouro_context *) context, 1)));
    return 1;
}

static int within(void *contexts)
{
    ouro_context **both = (ouro_context **) contexts;

    trace("%s", show(ouro_context_run(both[1], again, both[0])));
    return 2;
}

OURO_ASYNC(entered_twice)
{
    ouro_context *both[] = { ouro_copy_context(), ouro_copy_context() };

    trace("%s", show(ouro_context_run(both[0], again, both[0])));
    trace("%s", show(ouro_context_run(both[0], within, both)));
    trace("%s", show(run_change(both[0], 9)));
    ouro_context_unref(both[0]);
    ouro_context_unref(both[1]);
    return 0;
}

static int fails(void *arg)
{
    (void) arg;
    set(8);
    return fail(1);
}

OURO_ASYNC(an_error_leaves_it)
{
    ouro_context *context = ouro_copy_context();

    trace("%s", show(ouro_context_run(context, fails, NULL)));
    tell("outside");
    trace("%d", get_in(context, 0));
    trace("%d", run_change(context, 2));
    ouro_context_unref(context);
    return 0;
}

static void callback(void *context)
{
    trace("%s", show(run_change((ouro_context *) context, 2)));
    tell("callback");
}

static void callback_in_it(void *context)
{
    tell("callback in it");
    trace("%s", show(run_change((ouro_context *) context, 2)));
}

OURO_ASYNC(inside_callbacks)
{
    ouro_context *context = ouro_copy_context();

    set(1);
    call_soon(callback, context);
    ouro_loop_call_soon(ouro_get_running_loop(), callback_in_it, context, .context = context);
    OURO_TRY(ouro_sleep(0));
    trace("%d", get_in(context, 0));
    ouro_context_unref(context);
    return 0;
}

OURO_ASYNC(add_one, (const char *, name))
{
    set(get() + 1);
    tell(name);
    OURO_TRY(ouro_sleep(0));
    set(get() + 10);
    tell(name);
    return 0;
}

OURO_ASYNC(tasks_that_share)
{
    ouro_context *context = ouro_copy_context();
    ouro_task *tasks[] = {
        ouro_create_task(add_one_coro("a"), .name = "a", .context = context),
        ouro_create_task(add_one_coro("b"), .name = "b", .context = context),
    };

    trace("%d", ouro_task_get_context(tasks[0]) == context);
    OURO_TRY(ouro_gather(tasks[0], tasks[1]));
    trace("%d %d", get_in(context, 0), get());
    unref_all(tasks, 2);
    ouro_context_unref(context);
    return 0;
}

OURO_ASYNC(child)
{
    ouro_context *context = ouro_task_get_context(ouro_current_task());

    trace("%s", show(run_change(context, 1)));
    set(5);
    trace("%d", get_in(context, 0));
    return 0;
}

OURO_ASYNC(the_tasks_own)
{
    set(1);
    ouro_task *task = spawn(child_coro(), "child");
    trace("%d", get_in(ouro_task_get_context(task), 0));
    trace("%d", run_change(ouro_task_get_context(task), 4));
    trace("%s", show(join(task)));
    tell("main");
    return 0;
}

SCENARIO(CASE(sets_stay_inside), CASE(an_empty_one), CASE(entered_twice), CASE(an_error_leaves_it),
         CASE(inside_callbacks), CASE(tasks_that_share), CASE(the_tasks_own))
