/* Who gets which context: done callbacks, combinators, groups, eager tasks, the exception handler.
 */
#include "scenario.h"

static ouro_context_var variable = OURO_CONTEXT_VAR("variable");

static int get(void)
{
    return (int) (intptr_t) ouro_context_var_get(&variable, NULL);
}

static int get_in(const ouro_context *context)
{
    return (int) (intptr_t) ouro_context_get(context, &variable, NULL);
}

static void set(int value)
{
    ouro_ignore(ouro_context_var_set(&variable, (void *) (intptr_t) value, NULL));
}

static void tell(const char *label)
{
    trace("%s: %d", label, get());
}

OURO_ASYNC(body, (const char *, label), (int, value))
{
    OURO_TRY(ouro_task_set_name(ouro_current_task(), label));
    tell(text("%s begins", label));
    set(value);
    OURO_TRY(ouro_sleep(0));
    tell(text("%s ends", label));
    return 0;
}

static void change_done(ouro_future *future, void *arg)
{
    (void) future;
    (void) arg;
    tell("changes");
    set(get() + 10);
}

OURO_ASYNC(done_callbacks)
{
    ouro_context *context = ouro_copy_context();
    ouro_future *future = ouro_create_future();

    set(1);
    OURO_TRY(ouro_future_add_done_callback(future, change_done));
    OURO_TRY(ouro_future_add_done_callback(future, change_done, .context = context));
    OURO_TRY(ouro_future_add_done_callback(future, change_done, .context = context));
    set(2);
    OURO_TRY(ouro_future_add_done_callback(future, change_done));
    set(3);
    set_result(future);
    OURO_TRY(ouro_future_add_done_callback(future, change_done));
    OURO_TRY(ouro_sleep(0));
    trace("%d %d", get(), get_in(context));
    ouro_future_unref(future);
    ouro_context_unref(context);
    return 0;
}

OURO_ASYNC(combinators)
{
    int status = 0;

    set(1);
    OURO_TRY(ouro_gather(body_coro("a", 2), body_coro("b", 3)));
    tell("gathered");
    OURO_TRY(ouro_wait_for(body_coro("main", 4), 1));
    tell("waited");
    OURO_TRY(ouro_shield(body_coro("d", 5)));
    tell("shielded");
    ouro_with_as_completed (completed, &status, OURO_AWAITABLES(body_coro("e", 6))) {
        ouro_coroutine one = ouro_as_completed_next(&completed);
        status = ouro_coroutine_await(&one);
    }
    tell("completed");
    return status;
}

OURO_ASYNC(groups)
{
    int status = 0;

    set(1);
    ouro_context *context = ouro_copy_context();
    ouro_with_task_group (group, &status) {
        ouro_task_group_create_task(&group, body_coro("a", 2), .name = "a");
        set(5);
        ouro_task_group_create_task(&group, body_coro("b", 3), .name = "b");
        ouro_task_group_create_task(&group, body_coro("c", 4), .name = "c", .context = context);
    }
    trace("%d %d", get(), get_in(context));
    ouro_context_unref(context);
    return status;
}

static void change(void *label)
{
    tell((const char *) label);
    set(get() + 10);
}

OURO_ASYNC(timers)
{
    ouro_loop *loop = ouro_get_running_loop();
    ouro_context *context = ouro_copy_context();

    set(1);
    ouro_loop_call_later(loop, 0.2, change, "later", .context = context);
    ouro_loop_call_at(loop, ouro_loop_time(loop) + 0.1, change, "at", .context = context);
    ouro_loop_call_soon(loop, change, "soon", .context = context);
    OURO_TRY(ouro_loop_call_soon_threadsafe(loop, change, (void *) "threadsafe"));
    ouro_loop_call_later(loop, 0.3, change, "own");
    OURO_TRY(ouro_sleep(0.4));
    trace("%d %d", get(), get_in(context));
    ouro_context_unref(context);
    return 0;
}

OURO_ASYNC(eager)
{
    ouro_loop_set_task_factory(ouro_get_running_loop(), ouro_eager_task_factory, NULL);
    set(1);
    ouro_task *task = ouro_create_task(body_coro("a", 2));
    tell("created");
    OURO_TRY(join(task));
    ouro_context *context = ouro_copy_context();
    task = ouro_create_task(body_coro("b", 3), .context = context);
    trace("%d %d", get(), get_in(context));
    OURO_TRY(join(task));
    ouro_context_unref(context);
    return 0;
}

static void again(void *left)
{
    int number = (int) (intptr_t) left;

    tell(text("%d left", number));
    set(get() * 2);
    if (number > 0) {
        call_soon(again, (void *) (intptr_t) (number - 1));
    }
}

OURO_ASYNC(chain)
{
    set(1);
    call_soon(again, (void *) 3);
    OURO_TRY(ouro_sleep(0.1));
    tell("main");
    return 0;
}

static void handle(ouro_loop *loop, const ouro_exception_context *context, void *arg)
{
    (void) loop;
    (void) context;
    (void) arg;
    tell("handler");
}

OURO_ASYNC(fails)
{
    set(2);
    return fail(1);
}

OURO_ASYNC(exception_handler)
{
    ouro_loop_set_exception_handler(ouro_get_running_loop(), handle, NULL);
    set(1);
    ouro_task *task = spawn(fails_coro(), "fails");
    OURO_TRY(ouro_sleep(0));
    OURO_TRY(ouro_sleep(0));
    ouro_task_unref(task);
    tell("main");
    return 0;
}

SCENARIO(CASE(done_callbacks), CASE(combinators), CASE(groups), CASE(timers), CASE(eager),
         CASE(chain), CASE(exception_handler))
