/* Gathers over what is done, what is not started, and the same thing twice. */
#include "scenario.h"

OURO_ASYNC(body, (double, delay), (int, value))
{
    OURO_TRY(ouro_sleep(delay));
    trace("ends");
    return value < 0 ? fail(-value) : value;
}

static const char *statuses_of(const int *statuses, size_t count)
{
    const char *list = "";

    for (size_t i = 0; i < count; i++) {
        list = listed(list, show_plain(statuses[i]));
    }
    return list;
}

OURO_ASYNC(futures_set_in_reverse)
{
    ouro_future *futures[3];

    for (int i = 0; i < 3; i++) {
        futures[i] = ouro_create_future();
    }
    ouro_future *gathered = ouro_gather_future(futures[0], futures[1], futures[2]);
    for (int i = 2; i >= 0; i--) {
        OURO_TRY(ouro_sleep(0.1));
        trace("done %d", ouro_future_done(gathered));
        set_result(futures[i]);
    }
    trace("done %d", ouro_future_done(gathered));
    OURO_TRY(join(gathered));
    trace("%s", results(futures, 3));
    unref_all(futures, 3);
    return 0;
}

OURO_ASYNC(one_task_three_times)
{
    ouro_task *task = spawn(body_coro(0.1, 5), "t");
    int statuses[3];

    OURO_TRY(ouro_gather_statuses(statuses, task, task, task));
    trace("%s", statuses_of(statuses, 3));
    ouro_task_unref(task);
    return 0;
}

OURO_ASYNC(one_failure_twice_with_exceptions_returned)
{
    ouro_task *tasks[] = { spawn(body_coro(0.1, -5), "t"), spawn(body_coro(0.2, 6), "o") };
    int statuses[3];

    OURO_TRY(ouro_gather_return_exceptions(statuses, tasks[0], tasks[1], tasks[0]));
    trace("%s", statuses_of(statuses, 3));
    unref_all(tasks, 2);
    return 0;
}

OURO_ASYNC(a_future_cancelled_before)
{
    ouro_future *future = ouro_create_future();
    int statuses[2];

    ouro_future_cancel(future, NULL);
    ouro_task *task = spawn(body_coro(0.1, 1), "t");
    trace("%s", show(ouro_gather(future, task)));
    OURO_TRY(ouro_gather_return_exceptions(statuses, future, task));
    trace("%s", statuses_of(statuses, 2));
    ouro_future_unref(future);
    ouro_task_unref(task);
    return 0;
}

OURO_ASYNC(a_failed_one_before)
{
    ouro_future *future = ouro_create_future();

    OURO_TRY(ouro_future_set_exception(future, fail(3)));
    ouro_task *task = spawn(body_coro(0.1, 1), "t");
    trace("%s", show(ouro_gather(task, future)));
    trace("the task: done %d", ouro_future_done(task));
    OURO_TRY(join(task));
    ouro_future_unref(future);
    return 0;
}

OURO_ASYNC(two_gathers_over_the_same)
{
    ouro_task *tasks[] = { spawn(body_coro(0.1, 1), "a"), spawn(body_coro(0.2, -2), "b") };
    const ouro_awaitable both[] = { OURO_AWAITABLE(tasks[0]), OURO_AWAITABLE(tasks[1]) };
    ouro_future *first = ouro_gather_future(tasks[0], tasks[1]);
    ouro_future *second = ouro_gather_future_with(
        &(ouro_gather_options) { .awaitables = both,
                                 .count = 2,
                                 .return_exceptions = true,
                                 .size_ = sizeof(ouro_gather_options) });

    trace("%s", show(ouro_await(first)));
    OURO_TRY(ouro_await(second));
    trace("%s", results(tasks, 2));
    ouro_future_unref(first);
    ouro_future_unref(second);
    unref_all(tasks, 2);
    return 0;
}

OURO_ASYNC(cancelled_when_it_is_done)
{
    ouro_task *tasks[] = { spawn(body_coro(0.1, 1), "a"), spawn(body_coro(0.1, 2), "b") };
    ouro_future *gathered = ouro_gather_future(tasks[0], tasks[1]);

    OURO_TRY(ouro_await(gathered));
    int is_cancelled = ouro_future_cancel(gathered, NULL);
    trace("cancel %d, %d", is_cancelled, ouro_future_cancelled(gathered));
    OURO_TRY(join(gathered));
    trace("%s", results(tasks, 2));
    unref_all(tasks, 2);
    return 0;
}

OURO_ASYNC(cancelled_when_it_has_failed)
{
    ouro_task *tasks[] = { spawn(body_coro(0.1, -1), "a"), spawn(body_coro(0.3, 2), "b") };
    ouro_future *gathered = ouro_gather_future(tasks[0], tasks[1]);

    trace("%s", show(ouro_await(gathered)));
    trace("cancel %d", ouro_future_cancel(gathered, NULL));
    trace("%s", show(ouro_await(tasks[1])));
    ouro_future_unref(gathered);
    unref_all(tasks, 2);
    return 0;
}

OURO_ASYNC(cancelled_when_all_children_are_done)
{
    ouro_future *futures[] = { ouro_create_future(), ouro_create_future() };
    ouro_future *gathered = ouro_gather_future(futures[0], futures[1]);

    set_result(futures[0]);
    set_result(futures[1]);
    trace("done %d", ouro_future_done(gathered));
    trace("cancel %d", ouro_future_cancel(gathered, NULL));
    OURO_TRY(join(gathered));
    trace("%s", results(futures, 2));
    unref_all(futures, 2);
    return 0;
}

SCENARIO(CASE(futures_set_in_reverse), CASE(one_task_three_times),
         CASE(one_failure_twice_with_exceptions_returned), CASE(a_future_cancelled_before),
         CASE(a_failed_one_before), CASE(two_gathers_over_the_same),
         CASE(cancelled_when_it_is_done), CASE(cancelled_when_it_has_failed),
         CASE(cancelled_when_all_children_are_done))
