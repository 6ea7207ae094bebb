/* gather over nothing, or over what is done already, does not suspend. */
#include "scenario.h"

OURO_ASYNC(value, (int, number))
{
    return number < 0 ? fail(-number) : number;
}

static int make_done_tasks(ouro_task **tasks, const int *numbers, int count)
{
    for (int i = 0; i < count; i++) {
        tasks[i] = spawn(value_coro(numbers[i]), "t%d", numbers[i]);
    }
    return ouro_sleep(1);
}

OURO_ASYNC(nothing)
{
    say_soon("soon");
    trace("%d results", ouro_gather_array(NULL, 0));
    trace("has not suspended");
    return ouro_sleep(0);
}

OURO_ASYNC(all_done)
{
    ouro_task *tasks[3];
    int statuses[3];

    OURO_TRY(make_done_tasks(tasks, (int[]) { 1, 2, 3 }, 3));
    say_soon("soon");
    ouro_awaitable awaitables[] = { OURO_AWAITABLE(tasks[0]), OURO_AWAITABLE(tasks[1]),
                                    OURO_AWAITABLE(tasks[2]) };
    OURO_TRY(ouro_gather_array(awaitables, 3, .ret_statuses = statuses));
    trace("sum %d", statuses[0] + statuses[1] + statuses[2]);
    trace("has not suspended");
    unref_all(tasks, 3);
    return ouro_sleep(0);
}

OURO_ASYNC(all_done_and_one_failed)
{
    ouro_task *tasks[3];

    OURO_TRY(make_done_tasks(tasks, (int[]) { 1, -2, -3 }, 3));
    say_soon("soon");
    trace("%s", show(ouro_gather(tasks[0], tasks[1], tasks[2])));
    trace("has not suspended");
    unref_all(tasks, 3);
    return ouro_sleep(0);
}

OURO_ASYNC(all_done_with_exceptions_returned)
{
    ouro_task *tasks[3];
    int statuses[3];

    OURO_TRY(make_done_tasks(tasks, (int[]) { -1, 2, -3 }, 3));
    say_soon("soon");
    OURO_TRY(ouro_gather_return_exceptions(statuses, tasks[0], tasks[1], tasks[2]));
    trace("%s %s %s", show(statuses[0]), show(statuses[1]), show(statuses[2]));
    unref_all(tasks, 3);
    return ouro_sleep(0);
}

OURO_ASYNC(slow)
{
    OURO_TRY(ouro_sleep(1));
    trace("the slow one ends");
    return 0;
}

OURO_ASYNC(one_failed_and_one_runs)
{
    ouro_task *tasks[2];

    OURO_TRY(make_done_tasks(tasks, (int[]) { -4 }, 1));
    tasks[1] = spawn(slow_coro(), "slow");
    say_soon("soon");
    trace("%s", show(ouro_gather(tasks[0], tasks[1])));
    unref_all(tasks, 2);
    return ouro_sleep(2);
}

SCENARIO(CASE(nothing), CASE(all_done), CASE(all_done_and_one_failed),
         CASE(all_done_with_exceptions_returned), CASE(one_failed_and_one_runs))
