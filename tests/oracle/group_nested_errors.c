/* Groups inside groups: the error of an inner group is a member of the outer one's. */
#include "scenario.h"

#define add(group, coroutine_, ...)                                                                \
    ouro_task_group_create_task((group), (coroutine_), .name = text(__VA_ARGS__))

OURO_ASYNC(fails, (double, delay), (int, number))
{
    OURO_TRY(ouro_sleep(delay));
    return fail(number);
}

OURO_ASYNC(sleeper, (double, delay))
{
    int status = ouro_sleep(delay);

    if (status < 0) {
        trace("interrupted");
    }
    return status;
}

/* A group of one or two tasks that fail; a number of 0 stands for none. */
OURO_ASYNC(inner_group, (double, delay), (int, first), (int, second))
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        add(&group, fails_coro(delay, first), "bad-%d", first);
        if (second) {
            add(&group, fails_coro(delay, second), "bad-%d", second);
        }
    }
    trace("the inner group: %s", show(status));
    return status;
}

OURO_ASYNC(an_inner_group_fails)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        add(&group, inner_group_coro(1, 1, 2), "inner");
        add(&group, sleeper_coro(5), "t");
    }
    trace("%s", show(status));
    return 0;
}

OURO_ASYNC(two_inner_groups_fail_together)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        add(&group, inner_group_coro(1, 1, 2), "left");
        add(&group, inner_group_coro(1, 3, 0), "right");
    }
    trace("%s", show(status));
    return 0;
}

OURO_ASYNC(the_outer_cancels_an_inner_group)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        add(&group, inner_group_coro(5, 1, 0), "inner");
        add(&group, fails_coro(1, 2), "bad");
    }
    trace("%s", show(status));
    return 0;
}

OURO_ASYNC(the_inner_block_in_the_outers_block)
{
    int status = 0;

    ouro_with_task_group (outer, &status) {
        add(&outer, sleeper_coro(5), "t");
        ouro_with_task_group (inner, &status) {
            add(&inner, fails_coro(1, 3), "bad");
        }
        if (status == 0) {
            trace("not reached");
        }
    }
    trace("%s", show(status));
    return 0;
}

OURO_ASYNC(the_outers_child_fails_in_the_inner_block)
{
    int status = 0;

    ouro_with_task_group (outer, &status) {
        add(&outer, fails_coro(1, 4), "bad");
        ouro_with_task_group (inner, &status) {
            add(&inner, sleeper_coro(5), "t");
        }
        trace("the inner group: %s", show(status));
    }
    trace("%s", show(status));
    return 0;
}

OURO_ASYNC(an_error_of_the_inner_is_handled)
{
    int status = 0;

    ouro_with_task_group (outer, &status) {
        add(&outer, sleeper_coro(2), "t");
        trace("%s", show(inner_group(1, 5, 0)));
        status = ouro_sleep(0.5);
        trace("the outer block goes on");
    }
    trace("outside");
    return status;
}

OURO_ASYNC(level, (int, depth))
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        if (depth > 0) {
            add(&group, level_coro(depth - 1), "level-%d", depth - 1);
        } else {
            add(&group, fails_coro(1, 6), "bad");
        }
    }
    return status;
}

OURO_ASYNC(three_levels_deep)
{
    trace("%s", show(level(2)));
    return 0;
}

SCENARIO(CASE(an_inner_group_fails), CASE(two_inner_groups_fail_together),
         CASE(the_outer_cancels_an_inner_group), CASE(the_inner_block_in_the_outers_block),
         CASE(the_outers_child_fails_in_the_inner_block), CASE(an_error_of_the_inner_is_handled),
         CASE(three_levels_deep))
