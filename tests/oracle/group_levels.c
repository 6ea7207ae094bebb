/* The count of cancel requests across groups: what the parent had before, and what it has after. */
#include "scenario.h"

#define add(group, coroutine_, ...)                                                                \
    ouro_task_group_create_task((group), (coroutine_), .name = text(__VA_ARGS__))

OURO_ASYNC(fails, (double, delay), (int, number))
{
    OURO_TRY(ouro_sleep(delay));
    return fail(number);
}

OURO_ASYNC(fails_when_cancelled, (int, number))
{
    ouro_ignore(ouro_sleep(9));
    return fail(number);
}

OURO_ASYNC(has_a_level, (bool, fail))
{
    int status = 0;

    ouro_task_cancel(ouro_current_task(), NULL);
    if (ouro_sleep(9) == -ECANCELED) {
        trace("swallows it, cancelling %d", cancelling());
    }
    ouro_with_task_group (group, &status) {
        if (fail) {
            add(&group, fails_coro(1, 1), "bad");
        }
        status = ouro_sleep(2);
    }
    if (status < 0) {
        trace("%s", show(status));
    }
    return cancelling();
}

OURO_ASYNC(a_level_from_before_is_kept)
{
    for (int fail = 0; fail < 2; fail++) {
        trace("%s", show(join(spawn(has_a_level_coro(fail), "t"))));
    }
    return 0;
}

OURO_ASYNC(group_then_sleep)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        add(&group, fails_coro(1, 1), "bad");
        status = ouro_sleep(9);
    }
    if (status < 0) {
        trace("%s, cancelling %d", show(status), cancelling());
    }
    status = ouro_sleep(1);
    trace("a sleep: %s", show(status));
    return cancelling();
}

OURO_ASYNC(an_error_and_a_cancel_in_one_iteration)
{
    ouro_task *task;

    task = spawn(group_then_sleep_coro(), "t");
    call_later(1, cancel_callback, task);
    trace("%s", show(join(task)));
    call_later(1, cancel_pointed_callback, &task);
    task = spawn(group_then_sleep_coro(), "t");
    trace("%s", show(join(task)));
    return 0;
}

OURO_ASYNC(nests)
{
    int status = 0;

    ouro_with_task_group (outer, &status) {
        add(&outer, fails_when_cancelled_coro(1), "outer-bad");
        ouro_with_task_group (inner, &status) {
            add(&inner, fails_when_cancelled_coro(2), "inner-bad");
        }
        if (status < 0) {
            trace("the inner one: %s, cancelling %d", show(status), cancelling());
        }
    }
    trace("the outer one: %s, cancelling %d", show(status), cancelling());
    status = ouro_sleep(1);
    trace("a sleep: %s", show(status));
    return cancelling();
}

OURO_ASYNC(nested_groups_and_one_cancel)
{
    ouro_task *task = spawn(nests_coro(), "t");

    OURO_TRY(ouro_sleep(1));
    ouro_task_cancel(task, NULL);
    trace("%s", show(join(task)));
    return 0;
}

OURO_ASYNC(uncancels)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        add(&group, fails_coro(1, 1), "bad");
        if (ouro_sleep(9) == -ECANCELED) {
            trace("uncancel: %d", ouro_task_uncancel(ouro_current_task()));
        }
        int slept = ouro_sleep(1);
        trace("a sleep: %s", show(slept));
    }
    return status;
}

OURO_ASYNC(uncancelled_in_the_block)
{
    trace("%s", show(join(spawn(uncancels_coro(), "t"))));
    return 0;
}

SCENARIO(CASE(a_level_from_before_is_kept), CASE(an_error_and_a_cancel_in_one_iteration),
         CASE(nested_groups_and_one_cancel), CASE(uncancelled_in_the_block))
