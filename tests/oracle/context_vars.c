/* A task starts with a copy of its creator's context; callbacks run in the one they were set in. */
#include "scenario.h"

static ouro_context_var variable = OURO_CONTEXT_VAR("variable");
static ouro_context_var other = OURO_CONTEXT_VAR("other");

static int get_var(const ouro_context_var *which, int otherwise)
{
    return (int) (intptr_t) ouro_context_var_get(which, (void *) (intptr_t) otherwise);
}

static void set_var(const ouro_context_var *which, int value)
{
    ouro_ignore(ouro_context_var_set(which, (void *) (intptr_t) value, NULL));
}

static void set(int value)
{
    set_var(&variable, value);
}

static void tell(void *label)
{
    trace("%s: %d %d", (const char *) label, get_var(&variable, 0), get_var(&other, 0));
}

static void tell_done(ouro_future *future, void *label)
{
    (void) future;
    tell(label);
}

OURO_ASYNC(child, (int, value))
{
    tell("begins with");
    set(value);
    OURO_TRY(ouro_sleep(0.1));
    tell("still has");
    return 0;
}

OURO_ASYNC(tasks_copy)
{
    ouro_task *tasks[2];

    set(1);
    tasks[0] = spawn(child_coro(10), "first");
    set(2);
    tasks[1] = spawn(child_coro(20), "second");
    set(3);
    join_all(tasks, 2);
    tell("main has");
    return 0;
}

OURO_ASYNC(callee)
{
    set(5);
    return ouro_sleep(0);
}

OURO_ASYNC(a_direct_call_shares)
{
    set(4);
    OURO_TRY(callee());
    tell("main has");
    return 0;
}

OURO_ASYNC(callbacks)
{
    set(1);
    call_soon(tell, "soon");
    call_later(0.1, tell, "timer");
    set(2);
    call_later(0.2, tell, "later timer");
    ouro_future *future = ouro_create_future();
    on_done(future, tell_done, "done callback");
    set(3);
    set_result(future);
    OURO_TRY(ouro_sleep(0.3));
    tell("main has");
    ouro_future_unref(future);
    return 0;
}

static void changer(void *arg)
{
    (void) arg;
    set(99);
    tell("changed");
}

OURO_ASYNC(a_callback_changes_its_own)
{
    ouro_loop *loop = ouro_get_running_loop();

    set(1);
    ouro_context *context = ouro_copy_context();
    ouro_loop_call_soon(loop, changer, NULL, .context = context);
    ouro_loop_call_soon(loop, tell, "in the same context", .context = context);
    OURO_TRY(ouro_sleep(0));
    tell("main has");
    ouro_context_unref(context);
    return 0;
}

OURO_ASYNC(reset)
{
    ouro_context_token outer;
    ouro_context_token inner;

    set(1);
    OURO_TRY(ouro_context_var_set(&variable, (void *) (intptr_t) 2, &outer));
    OURO_TRY(ouro_context_var_set(&variable, (void *) (intptr_t) 3, &inner));
    tell("set");
    OURO_TRY(ouro_context_var_reset(&inner));
    tell("reset once");
    OURO_TRY(ouro_context_var_reset(&outer));
    tell("reset twice");
    return 0;
}

OURO_ASYNC(level, (int, depth))
{
    set(get_var(&variable, 0) + 1);
    set_var(&other, get_var(&other, 0) + 10);
    if (depth > 0) {
        OURO_TRY(join(spawn(level_coro(depth - 1), "level-%d", depth - 1)));
    }
    tell((void *) (uintptr_t) text("level %d", depth));
    return 0;
}

OURO_ASYNC(generations)
{
    set(0);
    return level(3);
}

enum { MANY = 20 };

static ouro_context_var many[MANY];

static const char *values(void)
{
    const char *list = "";

    for (int i = 0; i < MANY; i++) {
        list = listed(list, text("%d", get_var(&many[i], -1)));
    }
    return list;
}

OURO_ASYNC(sets_every_second)
{
    trace("%s", values());
    for (int i = 0; i < MANY; i += 2) {
        set_var(&many[i], 0);
    }
    return 0;
}

OURO_ASYNC(many_variables)
{
    for (int i = 0; i < MANY; i++) {
        if (i % 3) {
            set_var(&many[i], i);
        }
    }
    OURO_TRY(join(spawn(sets_every_second_coro(), "child")));
    trace("%s", values());
    return 0;
}

SCENARIO(CASE(tasks_copy), CASE(a_direct_call_shares), CASE(callbacks),
         CASE(a_callback_changes_its_own), CASE(reset), CASE(generations), CASE(many_variables))
