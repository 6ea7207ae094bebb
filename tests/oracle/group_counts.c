/* A group takes back the cancel request that it made itself, and no other. */
#include "scenario.h"

#define add(group, coroutine_, ...)                                                                \
    ouro_task_group_create_task((group), (coroutine_), .name = text(__VA_ARGS__))

struct specification {
    double delay;
    int number;
};

OURO_ASYNC(fails, (double, delay), (int, number))
{
    OURO_TRY(ouro_sleep(delay));
    return fail(number);
}

static void group_with(double block_delay, const struct specification *specifications, int count)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        for (int i = 0; i < count; i++) {
            add(&group, fails_coro(specifications[i].delay, specifications[i].number), "bad-%d",
                specifications[i].number);
        }
        if (block_delay > 0) {
            status = ouro_sleep(block_delay);
        }
    }
    if (status < 0) {
        trace("%s, cancelling %d", show(status), cancelling());
    }
}

OURO_ASYNC(a_failure_during_the_block)
{
    group_with(5, (const struct specification[]) { { 1, 1 } }, 1);
    OURO_TRY(ouro_sleep(1));
    trace("undisturbed");
    return 0;
}

OURO_ASYNC(a_failure_during_the_exit)
{
    group_with(0, (const struct specification[]) { { 1, 1 }, { 2, 2 } }, 2);
    OURO_TRY(ouro_sleep(1));
    trace("undisturbed");
    return 0;
}

OURO_ASYNC(failures_in_a_row)
{
    for (int number = 1; number < 4; number++) {
        group_with(number % 2, (const struct specification[]) { { 0.5, number } }, 1);
    }
    trace("cancelling %d", cancelling());
    return 0;
}

OURO_ASYNC(swallows_one)
{
    if (ouro_sleep(5) == -ECANCELED) {
        trace("swallows it, cancelling %d", cancelling());
    }
    group_with(0, (const struct specification[]) { { 1, 1 } }, 1);
    trace("a sleep: %s", show(ouro_sleep(1)));
    return cancelling();
}

OURO_ASYNC(a_swallowed_request_stays_counted)
{
    ouro_task *task = spawn(swallows_one_coro(), "t");

    OURO_TRY(ouro_sleep(1));
    ouro_task_cancel(task, NULL);
    trace("%s", show(join(task)));
    return 0;
}

OURO_ASYNC(nests)
{
    int status = 0;

    ouro_with_task_group (outer, &status) {
        add(&outer, fails_coro(1, 1), "bad-1");
        ouro_with_task_group (inner, &status) {
            add(&inner, fails_coro(1, 2), "bad-2");
            status = ouro_sleep(5);
        }
    }
    trace("%s, cancelling %d", show(status), cancelling());
    trace("a sleep: %s", show(ouro_sleep(1)));
    return cancelling();
}

OURO_ASYNC(nested_groups_that_fail_together)
{
    trace("%s", show(join(spawn(nests_coro(), "t"))));
    return 0;
}

OURO_ASYNC(sleep_five)
{
    return ouro_sleep(5);
}

OURO_ASYNC(the_inner_block_in_the_outers_block)
{
    int status = 0;

    ouro_with_task_group (outer, &status) {
        add(&outer, sleep_five_coro(), "t");
        ouro_with_task_group (inner, &status) {
            add(&inner, fails_coro(1, 3), "bad");
        }
    }
    trace("%s", show(status));
    trace("cancelling %d", cancelling());
    return 0;
}

SCENARIO(CASE(a_failure_during_the_block), CASE(a_failure_during_the_exit), CASE(failures_in_a_row),
         CASE(a_swallowed_request_stays_counted), CASE(nested_groups_that_fail_together),
         CASE(the_inner_block_in_the_outers_block))
