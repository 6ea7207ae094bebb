/* Gathers inside gathers: failures and cancels go through each level once. */
#include "scenario.h"

OURO_ASYNC(body, (double, delay), (int, value), (double, cleanup))
{
    int status = ouro_sleep(delay);

    if (status < 0) {
        trace("interrupted");
        OURO_TRY(ouro_sleep(cleanup));
        return status;
    }
    trace("ends");
    return value ? fail(value) : 0;
}

static void unref_levels(ouro_future *outer, ouro_future *inner, ouro_task **tasks)
{
    ouro_future_unref(outer);
    ouro_future_unref(inner);
    unref_all(tasks, 3);
}

OURO_ASYNC(two_levels)
{
    ouro_task *tasks[] = { spawn(body_coro(0.3, 0, 0), "a"), spawn(body_coro(0.1, 0, 0), "b"),
                           spawn(body_coro(0.2, 0, 0), "c") };
    ouro_future *inner = ouro_gather_future(tasks[0], tasks[1]);
    ouro_future *outer = ouro_gather_future(inner, tasks[2]);

    say_on_done(inner, "the inner is done");
    say_on_done(outer, "the outer is done");
    OURO_TRY(ouro_await(outer));
    trace("all");
    unref_levels(outer, inner, tasks);
    return 0;
}

OURO_ASYNC(a_failure_inside)
{
    ouro_task *tasks[] = { spawn(body_coro(0.1, 1, 0), "a"), spawn(body_coro(0.2, 0, 0), "b"),
                           spawn(body_coro(0.3, 0, 0), "c") };
    ouro_future *inner = ouro_gather_future(tasks[0], tasks[1]);
    ouro_future *outer = ouro_gather_future(inner, tasks[2]);

    trace("%s", show(ouro_await(outer)));
    trace("the inner: %s", show(ouro_await(inner)));
    OURO_TRY(ouro_wait(tasks, 3));
    unref_levels(outer, inner, tasks);
    return 0;
}

OURO_ASYNC(the_outer_is_cancelled)
{
    ouro_task *tasks[] = { spawn(body_coro(5, 0, 0.2), "a"), spawn(body_coro(5, 0, 0), "b"),
                           spawn(body_coro(5, 0, 0.1), "c") };
    ouro_future *inner = ouro_gather_future(tasks[0], tasks[1]);
    ouro_future *outer = ouro_gather_future(inner, tasks[2]);

    OURO_TRY(ouro_sleep(0.1));
    trace("cancel %d", ouro_future_cancel(outer, NULL));
    trace("%s", show(ouro_await(outer)));
    trace("the inner: %s", show(ouro_await(inner)));
    unref_levels(outer, inner, tasks);
    return 0;
}

OURO_ASYNC(the_inner_is_cancelled)
{
    ouro_task *tasks[] = { spawn(body_coro(5, 0, 0), "a"), spawn(body_coro(5, 0, 0), "b"),
                           spawn(body_coro(0.5, 0, 0), "c") };
    ouro_future *inner = ouro_gather_future(tasks[0], tasks[1]);
    ouro_future *outer = ouro_gather_future(inner, tasks[2]);

    OURO_TRY(ouro_sleep(0.1));
    trace("cancel %d", ouro_future_cancel(inner, NULL));
    trace("%s", show(ouro_await(outer)));
    trace("c done %d", ouro_future_done(tasks[2]));
    OURO_TRY(ouro_await(tasks[2]));
    unref_levels(outer, inner, tasks);
    return 0;
}

OURO_ASYNC(the_inner_returns_exceptions)
{
    ouro_task *tasks[] = { spawn(body_coro(0.1, 1, 0), "a"), spawn(body_coro(0.2, 2, 0), "b"),
                           spawn(body_coro(0.3, 0, 0), "c") };
    const ouro_awaitable both[] = { OURO_AWAITABLE(tasks[0]), OURO_AWAITABLE(tasks[1]) };
    ouro_future *inner = ouro_gather_future_with(
        &(ouro_gather_options) { .awaitables = both,
                                 .count = 2,
                                 .return_exceptions = true,
                                 .size_ = sizeof(ouro_gather_options) });
    ouro_future *outer = ouro_gather_future(inner, tasks[2]);

    OURO_TRY(ouro_await(outer));
    trace("no failure");
    unref_levels(outer, inner, tasks);
    return 0;
}

OURO_ASYNC(gathers, (ouro_task **, tasks))
{
    int status = ouro_gather(tasks[0], tasks[1]);

    trace("%s", show(status));
    return 0;
}

OURO_ASYNC(from_several_tasks)
{
    ouro_task *tasks[] = { spawn(body_coro(0.2, 0, 0), "a"), spawn(body_coro(5, 0, 0), "b") };
    ouro_task *gatherers[3];

    for (int i = 0; i < 3; i++) {
        gatherers[i] = spawn(gathers_coro(tasks), "g%d", i);
    }
    OURO_TRY(ouro_sleep(0.3));
    ouro_task_cancel(gatherers[1], NULL);
    join_all(gatherers, 3);
    trace("%s", show(ouro_await(tasks[1])));
    unref_all(tasks, 2);
    return 0;
}

SCENARIO(CASE(two_levels), CASE(a_failure_inside), CASE(the_outer_is_cancelled),
         CASE(the_inner_is_cancelled), CASE(the_inner_returns_exceptions), CASE(from_several_tasks))
