/* Tasks of one group that await, cancel and gather each other. */
#include "scenario.h"

#define add(group, coroutine_, name_)                                                              \
    ouro_task_group_create_task((group), (coroutine_), .name = (name_))

OURO_ASYNC(body, (double, delay), (int, number))
{
    int status = ouro_sleep(delay);

    if (status == -ECANCELED) {
        trace("cancelled");
        return status;
    }
    if (number > 0) {
        return fail(number);
    }
    trace("done");
    return 1;
}

OURO_ASYNC(awaits, (ouro_task *, task))
{
    int status = ouro_await(task);

    trace("awaited: %s", show(status));
    return 0;
}

OURO_ASYNC(one_awaits_another_that_is_cancelled)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        ouro_task *first = ouro_task_ref(add(&group, body_coro(5, 0), "first"));

        add(&group, awaits_coro(first), "second");
        status = ouro_sleep(1);
        ouro_task_cancel(first, NULL);
        ouro_task_unref(first);
    }
    trace("left");
    return status;
}

OURO_ASYNC(passes, (ouro_task *, task))
{
    return ouro_await(task);
}

OURO_ASYNC(one_awaits_another_that_fails)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        ouro_task *first = add(&group, body_coro(1, 4), "first");

        add(&group, passes_coro(first), "second");
        add(&group, body_coro(3, 0), "third");
    }
    trace("%s", show(status));
    return 0;
}

OURO_ASYNC(cancels, (ouro_task **, tasks), (size_t, count))
{
    OURO_TRY(ouro_sleep(1));
    for (size_t i = 0; i < count; i++) {
        ouro_task_cancel(tasks[i], NULL);
    }
    return 0;
}

OURO_ASYNC(one_cancels_the_others)
{
    ouro_task *tasks[3];
    int status = 0;
    const char *list = "";

    ouro_with_task_group (group, &status) {
        for (size_t i = 0; i < COUNT(tasks); i++) {
            tasks[i] = ouro_task_ref(add(&group, body_coro(5, 0), text("t%zu", i)));
        }
        add(&group, cancels_coro(tasks, 2), "cancels");
    }
    for (size_t i = 0; i < COUNT(tasks); i++) {
        list = listed(list, ouro_future_cancelled(tasks[i]) ? "1" : "0");
    }
    trace("%s", list);
    unref_all(tasks, COUNT(tasks));
    return status;
}

OURO_ASYNC(a_gather_inside)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        ouro_task *first = add(&group, body_coro(2, 0), "a");
        ouro_task *second = add(&group, body_coro(1, 6), "b");
        int gathered = ouro_gather(first, second);

        trace("%s", show(gathered));
    }
    trace("%s", show(status));
    return 0;
}

OURO_ASYNC(a_shield_inside)
{
    ouro_task *outside = spawn(body_coro(3, 0), "outside");
    int status = 0;

    ouro_with_task_group (group, &status) {
        add(&group, body_coro(1, 2), "bad");
        status = ouro_shield(outside);
    }
    trace("%s", show(status));
    trace("%s", show(join(outside)));
    return 0;
}

OURO_ASYNC(nests)
{
    int status = 0;

    ouro_with_task_group (inner, &status) {
        add(&inner, body_coro(1, 1), "inner-bad");
        add(&inner, body_coro(4, 0), "inner-good");
    }
    return status;
}

OURO_ASYNC(a_group_in_a_task_of_a_group)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        add(&group, nests_coro(), "nests");
        add(&group, body_coro(4, 0), "good");
    }
    trace("%s", show(status));
    return 0;
}

SCENARIO(CASE(one_awaits_another_that_is_cancelled), CASE(one_awaits_another_that_fails),
         CASE(one_cancels_the_others), CASE(a_gather_inside), CASE(a_shield_inside),
         CASE(a_group_in_a_task_of_a_group))
