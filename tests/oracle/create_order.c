/* A task's first step comes in the next iteration, in the order of creation. */
#include "scenario.h"

OURO_ASYNC(worker, (int, steps))
{
    for (int step = 0; step < steps; step++) {
        trace("step %d", step);
        OURO_TRY(ouro_sleep(0));
    }
    trace("returns");
    return steps;
}

OURO_ASYNC(creation_is_the_order_of_the_first_steps)
{
    ouro_task *tasks[4];

    for (int i = 0; i < 4; i++) {
        tasks[i] = spawn(worker_coro(1), "t%d", i);
    }
    trace("created");
    join_all(tasks, 4);
    trace("done");
    return 0;
}

OURO_ASYNC(the_creator_goes_on)
{
    ouro_task *task = spawn(worker_coro(0), "t");

    trace("created, not started");
    trace("done %d", ouro_future_done(task));
    OURO_TRY(ouro_sleep(0));
    trace("done %d", ouro_future_done(task));
    return join(task);
}

struct family {
    ouro_task *tasks[4];
    int count;
};

OURO_ASYNC(parent, (struct family *, family), (int, number))
{
    trace("creates two");
    for (int child = 0; child < 2; child++) {
        family->tasks[family->count++] = spawn(worker_coro(1), "%d.%d", number, child);
    }
    OURO_TRY(ouro_sleep(0));
    trace("parent ends");
    return 0;
}

OURO_ASYNC(tasks_that_create_tasks)
{
    struct family family = { .count = 0 };
    ouro_task *parents[2];

    for (int i = 0; i < 2; i++) {
        parents[i] = spawn(parent_coro(&family, i), "p%d", i);
    }
    join_all(parents, 2);
    join_all(family.tasks, 4);
    trace("done");
    return 0;
}

OURO_ASYNC(a_coroutine_is_a_plain_call)
{
    say_soon("soon");
    trace("result %d", worker(0));
    trace("has not suspended");
    return ouro_sleep(0);
}

OURO_ASYNC(descend, (int, depth))
{
    if (depth == 0) {
        trace("bottom");
        OURO_TRY(ouro_sleep(0.1));
        return 0;
    }
    int value = OURO_TRY(descend(depth - 1));
    return value + depth;
}

OURO_ASYNC(a_deep_call_resumes_where_it_was)
{
    trace("sum %d", descend(20));
    return 0;
}

OURO_ASYNC(awaits_in_another_order)
{
    ouro_task *tasks[3];

    for (int i = 0; i < 3; i++) {
        tasks[i] = spawn(worker_coro(i + 1), "t%d", i);
    }
    for (int i = 2; i >= 0; i--) {
        trace("result %d", join(tasks[i]));
    }
    return 0;
}

OURO_ASYNC(one_after_another)
{
    for (int i = 0; i < 3; i++) {
        trace("result %d", join(spawn(worker_coro(i), "t%d", i)));
    }
    return 0;
}

SCENARIO(CASE(creation_is_the_order_of_the_first_steps), CASE(the_creator_goes_on),
         CASE(tasks_that_create_tasks), CASE(a_coroutine_is_a_plain_call),
         CASE(a_deep_call_resumes_where_it_was), CASE(awaits_in_another_order),
         CASE(one_after_another))
