/* Timeouts around gather, wait, shield and the awaits of futures and tasks. */
#include "scenario.h"

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

static ouro_task *body_task(const char *name, double delay, int number)
{
    return spawn(body_coro(delay, number), "%s", name);
}

OURO_ASYNC(within, (double, limit), (ouro_future *, future))
{
    int status = 0;

    ouro_with_timeout (&status, limit) {
        status = ouro_await(future);
    }
    return status;
}

static const char *cancelled_flags(ouro_task **tasks)
{
    return text("%d %d", ouro_future_cancelled(tasks[0]), ouro_future_cancelled(tasks[1]));
}

OURO_ASYNC(a_gather_of_tasks)
{
    ouro_task *tasks[] = { body_task("a", 1, 0), body_task("b", 3, 0) };
    int status = 0;

    ouro_with_timeout (&status, 2) {
        status = ouro_gather(tasks[0], tasks[1]);
    }
    trace("%s", show(status));
    trace("%s", cancelled_flags(tasks));
    unref_all(tasks, 2);
    return 0;
}

OURO_ASYNC(a_gather_that_fails_as_time_is_up)
{
    ouro_task *tasks[] = { body_task("a", 1, 7), body_task("b", 3, 0) };
    int status = 0;

    ouro_with_timeout (&status, 1) {
        status = ouro_gather(tasks[0], tasks[1]);
    }
    trace("%s", show(status));
    status = ouro_wait_for(tasks[1], 5);
    trace("%s", show(status));
    unref_all(tasks, 2);
    return 0;
}

OURO_ASYNC(a_wait_leaves_the_tasks_alone)
{
    ouro_task *tasks[] = { body_task("a", 1, 0), body_task("b", 3, 0) };
    int status = 0;

    ouro_with_timeout (&status, 2) {
        status = ouro_wait(tasks, 2);
    }
    trace("%s", show(status));
    OURO_TRY(ouro_wait(tasks, 2));
    trace("%s", cancelled_flags(tasks));
    unref_all(tasks, 2);
    return 0;
}

OURO_ASYNC(a_shield)
{
    ouro_task *task = body_task("a", 3, 0);

    for (int i = 0; i < 2; i++) {
        int status = 0;

        ouro_with_timeout (&status, 1) {
            status = ouro_shield(task);
        }
        trace("%s", show(status));
    }
    trace("%s", show(join(task)));
    return 0;
}

OURO_ASYNC(a_future)
{
    ouro_future *future = ouro_loop_create_future(ouro_get_running_loop());

    trace("%s", show(within(1, future)));
    trace("cancelled %d", ouro_future_cancelled(future));
    ouro_future_unref(future);
    return 0;
}

OURO_ASYNC(one_task_under_two_limits)
{
    ouro_task *task = body_task("a", 9, 0);
    ouro_task *first = spawn(within_coro(1, task), "first");
    ouro_task *second = spawn(within_coro(2, task), "second");

    trace("%s", show(join(first)));
    trace("%s", show(join(second)));
    trace("%s", show(join(task)));
    return 0;
}

SCENARIO(CASE(a_gather_of_tasks), CASE(a_gather_that_fails_as_time_is_up),
         CASE(a_wait_leaves_the_tasks_alone), CASE(a_shield), CASE(a_future),
         CASE(one_task_under_two_limits))
