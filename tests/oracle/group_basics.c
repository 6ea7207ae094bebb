/* A task group ends when all its tasks have ended. */
#include "scenario.h"

#define add(group, coroutine_, ...)                                                                \
    ouro_task_group_create_task((group), (coroutine_), .name = text(__VA_ARGS__))

OURO_ASYNC(body, (double, delay), (int, value))
{
    trace("begins");
    OURO_TRY(ouro_sleep(delay));
    trace("ends");
    return value;
}

OURO_ASYNC(it_waits_for_all)
{
    static const double delays[] = { 0.2, 0.1, 0.3 };
    ouro_task *tasks[3];
    int status = 0;

    ouro_with_task_group (group, &status) {
        for (int i = 0; i < 3; i++) {
            ouro_task *task = add(&group, body_coro(delays[i], (int) (delays[i] * 10 + 0.5)), "t%d",
                                  i);
            tasks[i] = ouro_task_ref(task);
        }
        trace("created");
    }
    trace("results %s", results(tasks, 3));
    unref_all(tasks, 3);
    return status;
}

OURO_ASYNC(an_empty_one_does_not_suspend)
{
    int status = 0;

    say_soon("soon");
    ouro_with_task_group (group, &status) {
        trace("inside");
    }
    trace("outside");
    OURO_TRY(status);
    return ouro_sleep(0);
}

OURO_ASYNC(all_are_done_before_the_end)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        add(&group, body_coro(0.1, 1), "t0");
        add(&group, body_coro(0.2, 2), "t1");
        status = ouro_sleep(1);
        say_soon("soon");
        trace("the block ends");
    }
    trace("outside");
    OURO_TRY(status);
    return ouro_sleep(0);
}

OURO_ASYNC(the_block_works_beside_them)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        add(&group, body_coro(0.5, 1), "t");
        for (int turn = 0; turn < 3; turn++) {
            OURO_TRY(ouro_sleep(0.2));
            trace("turn %d", turn);
        }
    }
    trace("outside");
    return status;
}

OURO_ASYNC(tasks_awaited_inside)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        ouro_task *first = add(&group, body_coro(0.1, 4), "first");
        trace("first came to %d", ouro_await(first));
        ouro_task *second = add(&group, body_coro(0.1, 5), "second");
        trace("second came to %d", ouro_await(second));
    }
    trace("outside");
    return status;
}

OURO_ASYNC(say_what, (double, delay), (const char *, what))
{
    OURO_TRY(ouro_sleep(delay));
    trace("%s", what);
    return 0;
}

OURO_ASYNC(the_exit_waits_silently)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        trace("before running tasks");
        add(&group, say_what_coro(1, "hello"), "hello");
        add(&group, say_what_coro(2, "world"), "world");
        trace("after running tasks");
    }
    trace("outside");
    return status;
}

OURO_ASYNC(branch, (double, delay))
{
    int number = (int) (delay * 10 + 0.5);
    int status = 0;

    ouro_with_task_group (group, &status) {
        add(&group, body_coro(delay, 1), "leaf-%da", number);
        add(&group, body_coro(delay * 2, 2), "leaf-%db", number);
    }
    trace("the branch ends");
    return status;
}

OURO_ASYNC(nested)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        add(&group, branch_coro(0.1), "left");
        add(&group, branch_coro(0.2), "right");
        ouro_with_task_group (inner, &status) {
            add(&inner, body_coro(0.3, 3), "inner");
        }
        trace("the inner block ends");
    }
    trace("outside");
    return status;
}

OURO_ASYNC(one_group_after_another)
{
    int status = 0;

    for (int turn = 0; turn < 3; turn++) {
        ouro_with_task_group (group, &status) {
            add(&group, body_coro(0.1, 1), "t%d", turn);
        }
    }
    trace("outside");
    return status;
}

OURO_ASYNC(a_cancelled_child_is_no_failure)
{
    ouro_task *victim = NULL;
    int status = 0;

    ouro_with_task_group (group, &status) {
        victim = ouro_task_ref(add(&group, body_coro(5, 1), "victim"));
        add(&group, body_coro(1, 2), "other");
        status = ouro_sleep(0.5);
        ouro_task_cancel(victim, NULL);
    }
    trace("victim: %s", show(join(victim)));
    return status;
}

SCENARIO(CASE(it_waits_for_all), CASE(an_empty_one_does_not_suspend),
         CASE(all_are_done_before_the_end), CASE(the_block_works_beside_them),
         CASE(tasks_awaited_inside), CASE(the_exit_waits_silently), CASE(nested),
         CASE(one_group_after_another), CASE(a_cancelled_child_is_no_failure))
