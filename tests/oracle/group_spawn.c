/* Tasks may be added while the group waits at its end, and no more once it shuts down. */
#include "scenario.h"

#define add(group, coroutine_, ...)                                                                \
    ouro_task_group_create_task((group), (coroutine_), .name = text(__VA_ARGS__))

OURO_ASYNC(body, (double, delay))
{
    trace("begins");
    OURO_TRY(ouro_sleep(delay));
    trace("ends");
    return 0;
}

OURO_ASYNC(spawner, (ouro_task_group *, group))
{
    OURO_TRY(ouro_sleep(1));
    add(group, body_coro(1), "added");
    trace("added one");
    return 0;
}

OURO_ASYNC(by_a_task_of_the_group)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        add(&group, spawner_coro(&group), "spawner");
        trace("the block ends");
    }
    trace("outside");
    return status;
}

OURO_ASYNC(chained, (ouro_task_group *, group), (int, left))
{
    trace("%d left", left);
    OURO_TRY(ouro_sleep(0.5));
    if (left > 0) {
        add(group, chained_coro(group, left - 1), "link-%d", left - 1);
    }
    return 0;
}

OURO_ASYNC(a_chain_of_them)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        add(&group, chained_coro(&group, 3), "link-3");
    }
    trace("outside");
    return status;
}

OURO_ASYNC(owns, (ouro_task_group **, ret_group))
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        *ret_group = &group;
        add(&group, body_coro(2), "first");
    }
    trace("the group ends");
    return status;
}

OURO_ASYNC(by_a_stranger)
{
    ouro_task_group *group = NULL;
    ouro_task *task = spawn(owns_coro(&group), "owner");

    OURO_TRY(ouro_sleep(1));
    add(group, body_coro(2), "second");
    return join(task);
}

OURO_ASYNC(last, (ouro_task_group *, group))
{
    OURO_TRY(ouro_sleep(1));
    add(group, body_coro(0), "added");
    trace("ends");
    return 0;
}

OURO_ASYNC(in_the_last_step_of_the_last_task)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        add(&group, last_coro(&group), "last");
    }
    trace("outside");
    return status;
}

OURO_ASYNC(fails)
{
    OURO_TRY(ouro_sleep(1));
    return fail(1);
}

OURO_ASYNC(late, (ouro_task_group *, group))
{
    int status = ouro_sleep(5);

    trace("%s", ouro_task_group_create_task(group, body_coro(1)) ? "accepted" : "refused");
    return status;
}

OURO_ASYNC(refused_while_it_shuts_down)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        add(&group, late_coro(&group), "late");
        add(&group, fails_coro(), "bad");
    }
    trace("first failure: %s", show_plain(status));
    return 0;
}

OURO_ASYNC(started_and_cancelled_at_once)
{
    ouro_task *task = NULL;
    int status = 0;

    ouro_with_task_group (group, &status) {
        task = ouro_task_ref(add(&group, body_coro(1), "t"));
        ouro_task_cancel(task, NULL);
    }
    trace("cancelled %d", ouro_future_cancelled(task));
    ouro_task_unref(task);
    return status;
}

SCENARIO(CASE(by_a_task_of_the_group), CASE(a_chain_of_them), CASE(by_a_stranger),
         CASE(in_the_last_step_of_the_last_task), CASE(refused_while_it_shuts_down),
         CASE(started_and_cancelled_at_once))
