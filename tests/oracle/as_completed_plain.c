/* as_completed as a plain iterator: each coroutine object gives one more result, as they come. */
#include "scenario.h"

OURO_ASYNC(body, (double, delay), (int, value))
{
    OURO_TRY(ouro_sleep(delay));
    trace("ends with %d", value);
    return value < 0 ? fail(-value) : value;
}

static int next(ouro_as_completed *completed)
{
    ouro_coroutine one = ouro_as_completed_next(completed);

    return ouro_coroutine_await(&one);
}

static void get_all(ouro_task **tasks, size_t count, double timeout)
{
    ouro_awaitable awaitables[3];
    ouro_as_completed completed;

    for (size_t i = 0; i < count; i++) {
        awaitables[i] = OURO_AWAITABLE(tasks[i]);
    }
    ouro_ignore(ouro_as_completed_init(&completed, awaitables, count, .timeout = timeout));
    while (ouro_as_completed_left(&completed) > 0) {
        trace("got %s", show(next(&completed)));
    }
    ouro_as_completed_done(&completed);
}

OURO_ASYNC(order_of_ends)
{
    ouro_task *tasks[] = { spawn(body_coro(0.3, 1), "a"), spawn(body_coro(0.1, 2), "b"),
                           spawn(body_coro(0.2, 3), "c") };

    get_all(tasks, 3, 0);
    unref_all(tasks, 3);
    return 0;
}

OURO_ASYNC(failures_and_cancels)
{
    ouro_task *tasks[] = { spawn(body_coro(0.1, 1), "a"), spawn(body_coro(0.2, -2), "b"),
                           spawn(body_coro(0.3, 3), "c") };

    call_later(0.15, cancel_callback, tasks[2]);
    get_all(tasks, 3, 0);
    unref_all(tasks, 3);
    return 0;
}

OURO_ASYNC(seven)
{
    return 7;
}

OURO_ASYNC(done_already)
{
    ouro_task *future = ouro_create_task(seven_coro(), .eager_start = OURO_EAGER_YES);
    ouro_task *task = spawn(body_coro(0, 1), "a");
    ouro_as_completed completed;

    OURO_TRY(ouro_as_completed_init(&completed, OURO_AWAITABLES(future, future, task)));
    while (ouro_as_completed_left(&completed) > 0) {
        trace("asks");
        trace("got %s", show(next(&completed)));
    }
    ouro_as_completed_done(&completed);
    ouro_task_unref(future);
    ouro_task_unref(task);
    return 0;
}

OURO_ASYNC(time_is_up)
{
    ouro_task *tasks[] = { spawn(body_coro(0.1, 1), "a"), spawn(body_coro(0.4, 2), "b"),
                           spawn(body_coro(0.5, 3), "c") };

    get_all(tasks, 3, 0.2);
    trace("%s", done_flags(tasks, 3));
    OURO_TRY(ouro_gather(tasks[0], tasks[1], tasks[2]));
    trace("%s", results(tasks, 3));
    unref_all(tasks, 3);
    return 0;
}

OURO_ASYNC(nothing)
{
    get_all(NULL, 0, 0);
    trace("none");
    return 0;
}

OURO_ASYNC(left_early)
{
    ouro_task *tasks[] = { spawn(body_coro(0.1, 1), "a"), spawn(body_coro(0.2, 2), "b") };
    int status = 0;

    ouro_with_as_completed (completed, &status, OURO_AWAITABLES(tasks[0], tasks[1])) {
        trace("got %s", show(next(&completed)));
    }
    OURO_TRY(ouro_gather(tasks[0], tasks[1]));
    trace("%s", results(tasks, 2));
    unref_all(tasks, 2);
    return status;
}

OURO_ASYNC(waiter, (const ouro_coroutine *, one))
{
    trace("waits");
    int value = OURO_TRY(ouro_coroutine_await(one));
    trace("got %d", value);
    return value;
}

struct crowd {
    ouro_task *tasks[3];
    ouro_as_completed completed;
    ouro_coroutine ones[3];
    ouro_task *waiters[3];
};

static int begin(struct crowd *crowd)
{
    crowd->tasks[0] = spawn(body_coro(0.3, 1), "a");
    crowd->tasks[1] = spawn(body_coro(0.1, 2), "b");
    crowd->tasks[2] = spawn(body_coro(0.2, 3), "c");
    OURO_TRY(ouro_as_completed_init(
        &crowd->completed, OURO_AWAITABLES(crowd->tasks[0], crowd->tasks[1], crowd->tasks[2])));
    for (int i = 0; i < 3; i++) {
        crowd->ones[i] = ouro_as_completed_next(&crowd->completed);
        crowd->waiters[i] = spawn(waiter_coro(&crowd->ones[i]), "w%d", i);
    }
    return 0;
}

static void end(struct crowd *crowd)
{
    trace("%s", results(crowd->waiters, 3));
    unref_all(crowd->waiters, 3);
    join_all(crowd->tasks, 3);
    ouro_as_completed_done(&crowd->completed);
}

OURO_ASYNC(all_at_once)
{
    struct crowd crowd;

    OURO_TRY(begin(&crowd));
    OURO_TRY(ouro_gather(crowd.waiters[0], crowd.waiters[1], crowd.waiters[2]));
    end(&crowd);
    return 0;
}

OURO_ASYNC(one_waiter_is_cancelled)
{
    struct crowd crowd;

    OURO_TRY(begin(&crowd));
    OURO_TRY(ouro_sleep(0.05));
    ouro_task_cancel(crowd.waiters[0], NULL);
    OURO_TRY(ouro_sleep(0.15));
    ouro_task_cancel(crowd.waiters[2], NULL);
    OURO_TRY(ouro_wait(crowd.waiters, 3));
    end(&crowd);
    return 0;
}

OURO_ASYNC(cancelled_when_just_woken)
{
    ouro_future *future = ouro_create_future();
    ouro_future *other = ouro_create_future();
    ouro_as_completed completed;
    ouro_coroutine ones[2];
    ouro_task *waiters[2];

    OURO_TRY(ouro_as_completed_init(&completed, OURO_AWAITABLES(future, other)));
    for (int i = 0; i < 2; i++) {
        ones[i] = ouro_as_completed_next(&completed);
        waiters[i] = spawn(waiter_coro(&ones[i]), "w%d", i);
    }
    OURO_TRY(ouro_sleep(0));
    set_result(future);
    OURO_TRY(ouro_sleep(0));
    ouro_task_cancel(waiters[0], NULL);
    OURO_TRY(ouro_sleep(0.1));
    trace("%s", done_flags(waiters, 2));
    set_result(other);
    trace("%s", show(ouro_await(waiters[1])));
    trace("%s", result(waiters[0]));
    unref_all(waiters, 2);
    ouro_as_completed_done(&completed);
    ouro_future_unref(future);
    ouro_future_unref(other);
    return 0;
}

OURO_ASYNC(gathered)
{
    ouro_task *tasks[] = { spawn(body_coro(0.3, 1), "a"), spawn(body_coro(0.1, 2), "b") };
    ouro_as_completed completed;
    int values[2];

    OURO_TRY(ouro_as_completed_init(&completed, OURO_AWAITABLES(tasks[0], tasks[1])));
    ouro_coroutine first = ouro_as_completed_next(&completed);
    ouro_coroutine second = ouro_as_completed_next(&completed);
    OURO_TRY(ouro_gather_statuses(values, second, first));
    trace("%d %d", values[0], values[1]);
    ouro_as_completed_done(&completed);
    unref_all(tasks, 2);
    return 0;
}

SCENARIO(CASE(order_of_ends), CASE(failures_and_cancels), CASE(done_already), CASE(time_is_up),
         CASE(nothing), CASE(left_early), CASE(all_at_once), CASE(one_waiter_is_cancelled),
         CASE(cancelled_when_just_woken), CASE(gathered))
