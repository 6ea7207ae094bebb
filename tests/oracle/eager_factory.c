/* With the eager task factory, gather, groups and create_task start everything at once. */
#include "scenario.h"

static void set_eager(void)
{
    ouro_loop_set_task_factory(ouro_get_running_loop(), ouro_eager_task_factory, NULL);
}

/* A negative delay stands for no sleep at all. */
OURO_ASYNC(body, (const char *, name), (double, delay), (int, value))
{
    OURO_TRY(ouro_task_set_name(ouro_current_task(), name));
    trace("begins");
    if (delay >= 0) {
        OURO_TRY(ouro_sleep(delay));
        trace("goes on");
    }
    return value < 0 ? fail(-value) : value;
}

static ouro_task *create(const char *name, double delay, int value)
{
    return ouro_create_task(body_coro(name, delay, value));
}

OURO_ASYNC(create_task)
{
    ouro_task *tasks[3];

    set_eager();
    tasks[0] = create("a", 0.2, 1);
    tasks[1] = create("b", -1, 2);
    tasks[2] = create("c", 0.1, 3);
    trace("created");
    for (int i = 0; i < 3; i++) {
        const char *outcome = show(ouro_await(tasks[i]));
        trace("%s: %s", ouro_task_get_name(tasks[i]), outcome);
    }
    unref_all(tasks, 3);
    return 0;
}

OURO_ASYNC(gather_of_eager_tasks)
{
    static const double delays[] = { -1, 0.1 };

    set_eager();
    say_soon("soon");
    for (int i = 0; i < 2; i++) {
        ouro_task *tasks[2];

        tasks[0] = create("a", -1, 1);
        tasks[1] = create("b", delays[i], 2);
        OURO_TRY(ouro_gather(tasks[0], tasks[1]));
        trace("%s", i == 0 ? "has not suspended" : "gathered");
        unref_all(tasks, 2);
    }
    return 0;
}

OURO_ASYNC(a_group)
{
    ouro_task *tasks[2];
    int status = 0;

    set_eager();
    ouro_with_task_group (group, &status) {
        tasks[0] = ouro_task_ref(ouro_task_group_create_task(&group, body_coro("a", 0.1, 1)));
        tasks[1] = ouro_task_ref(ouro_task_group_create_task(&group, body_coro("b", -1, 2)));
        trace("created");
    }
    trace("results %s", results(tasks, 2));
    unref_all(tasks, 2);
    return status;
}

OURO_ASYNC(a_group_in_which_one_fails_later)
{
    int status = 0;

    set_eager();
    ouro_with_task_group (group, &status) {
        ouro_task_group_create_task(&group, body_coro("a", 0.2, 1));
        ouro_task_group_create_task(&group, body_coro("b", 0.1, -2));
    }
    trace("%s", show(status));
    return 0;
}

OURO_ASYNC(a_group_in_which_one_fails_at_once)
{
    int status = 0;

    set_eager();
    ouro_with_task_group (group, &status) {
        ouro_task_group_create_task(&group, body_coro("bad", -1, -1));
        trace("the block is not interrupted yet");
        status = ouro_sleep(1);
        if (status == 0) {
            trace("never");
        }
    }
    trace("%s", show(status));
    return 0;
}

/* Each branch takes the name of its parent and a number. */
OURO_ASYNC(branch, (ouro_task *, parent), (int, number), (int, depth))
{
    ouro_task *me = ouro_current_task();
    const char *name = parent ? text("%s.%d", ouro_task_get_name(parent), number) : "root";
    int status = 0;

    OURO_TRY(ouro_task_set_name(me, name));
    trace("depth %d", depth);
    if (depth > 0) {
        ouro_with_task_group (group, &status) {
            ouro_task_group_create_task(&group, branch_coro(me, 0, depth - 1));
            ouro_task_group_create_task(&group, branch_coro(me, 1, depth - 1));
        }
    } else {
        status = ouro_sleep(0);
    }
    trace("leaves %d", depth);
    return status;
}

OURO_ASYNC(nested_groups)
{
    set_eager();
    return branch(NULL, 0, 2);
}

OURO_ASYNC(a_shield)
{
    set_eager();
    ouro_task *inner = create("inner", 0.2, 4);
    ouro_future *outer = ouro_shield_future(inner);
    call_later(0.1, cancel_callback, outer);
    trace("%s", show(join(outer)));
    trace("%s", show(join(inner)));
    return 0;
}

OURO_ASYNC(back_to_lazy)
{
    set_eager();
    ouro_task *first = create("eager", 0, 1);
    ouro_loop_set_task_factory(ouro_get_running_loop(), NULL, NULL);
    ouro_task *second = create("lazy", 0, 2);
    trace("created");
    OURO_TRY(ouro_gather(first, second));
    ouro_task_unref(first);
    ouro_task_unref(second);
    return 0;
}

SCENARIO(CASE(create_task), CASE(gather_of_eager_tasks), CASE(a_group),
         CASE(a_group_in_which_one_fails_later), CASE(a_group_in_which_one_fails_at_once),
         CASE(nested_groups), CASE(a_shield), CASE(back_to_lazy))
