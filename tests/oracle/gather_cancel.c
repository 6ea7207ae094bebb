/* Cancelling a gather cancels every child that is not done, and then comes out of the gather. */
#include "scenario.h"

OURO_ASYNC(sleeper, (double, delay), (double, cleanup))
{
    int status = ouro_sleep(delay);

    if (status < 0) {
        trace("interrupted");
        if (cleanup > 0) {
            OURO_TRY(ouro_sleep(cleanup));
            trace("clean");
        }
        return status;
    }
    trace("slept");
    return 1;
}

struct specification {
    double delay;
    double cleanup;
};

static void start(ouro_task **tasks, const struct specification *specifications, int count)
{
    for (int i = 0; i < count; i++) {
        tasks[i] = spawn(sleeper_coro(specifications[i].delay, specifications[i].cleanup), "t%d",
                         i);
    }
}

#define START(tasks, ...)                                                                          \
    start(tasks, (const struct specification[]) { __VA_ARGS__ },                                   \
          COUNT(((const struct specification[]) { __VA_ARGS__ })))

struct gathering {
    ouro_future *futures[3];
    size_t count;
    bool return_exceptions;
};

OURO_ASYNC(gatherer, (struct gathering *, gathering))
{
    ouro_awaitable awaitables[3];
    int statuses[3];

    for (size_t i = 0; i < gathering->count; i++) {
        awaitables[i] = OURO_AWAITABLE(gathering->futures[i]);
    }
    int status = ouro_gather_array(awaitables, gathering->count, .ret_statuses = statuses,
                                   .return_exceptions = gathering->return_exceptions);
    if (status < 0) {
        trace("gather raised %s", show(status));
        return status;
    }
    const char *list = "";
    for (size_t i = 0; i < gathering->count; i++) {
        list = listed(list, show(statuses[i]));
    }
    trace("gathered %s", list);
    return 0;
}

/* Starts the gatherer, cancels it after a second and tells its outcome. */
static int cancel_gather(struct gathering *gathering)
{
    ouro_task *outer = spawn(gatherer_coro(gathering), "outer");

    OURO_TRY(ouro_sleep(1));
    ouro_task_cancel(outer, NULL);
    trace("%s", show(join(outer)));
    return 0;
}

static int finish(struct gathering *gathering)
{
    trace("results %s", results(gathering->futures, gathering->count));
    unref_all(gathering->futures, gathering->count);
    return 0;
}

OURO_ASYNC(all_are_cancelled)
{
    struct gathering gathering = { .count = 3 };

    START(gathering.futures, { 5, 0 }, { 5, 0 }, { 5, 0 });
    OURO_TRY(cancel_gather(&gathering));
    return finish(&gathering);
}

OURO_ASYNC(the_done_ones_are_not)
{
    struct gathering gathering = { .count = 3 };

    START(gathering.futures, { 5, 0 }, { 0.5, 0 }, { 5, 0 });
    OURO_TRY(cancel_gather(&gathering));
    return finish(&gathering);
}

OURO_ASYNC(it_raises_when_the_first_one_ends)
{
    struct gathering gathering = { .count = 3 };

    START(gathering.futures, { 5, 2 }, { 5, 1 }, { 5, 3 });
    OURO_TRY(cancel_gather(&gathering));
    trace("done %s", done_flags(gathering.futures, 3));
    unref_all(gathering.futures, 3);
    return ouro_sleep(5);
}

OURO_ASYNC(with_exceptions_returned_it_waits_for_all)
{
    struct gathering gathering = { .count = 3, .return_exceptions = true };

    START(gathering.futures, { 5, 2 }, { 5, 1 }, { 0.5, 0 });
    OURO_TRY(cancel_gather(&gathering));
    unref_all(gathering.futures, 3);
    return 0;
}

OURO_ASYNC(stubborn, (int, value))
{
    if (ouro_sleep(5) == -ECANCELED) {
        trace("swallows it");
    }
    return value;
}

OURO_ASYNC(children_that_swallow_it)
{
    struct gathering gathering = { .count = 2 };

    for (int i = 0; i < 2; i++) {
        gathering.futures[i] = spawn(stubborn_coro(i), "t%d", i);
    }
    OURO_TRY(cancel_gather(&gathering));
    return finish(&gathering);
}

OURO_ASYNC(failing)
{
    ouro_ignore(ouro_sleep(5));
    return fail(3);
}

OURO_ASYNC(a_child_that_fails_instead)
{
    struct gathering gathering = { .count = 2 };

    gathering.futures[0] = spawn(failing_coro(), "failing");
    START(gathering.futures + 1, { 5, 0 });
    OURO_TRY(cancel_gather(&gathering));
    return finish(&gathering);
}

OURO_ASYNC(failing_by_itself)
{
    OURO_TRY(ouro_sleep(0.5));
    return fail(4);
}

OURO_ASYNC(after_a_failure_it_cancels_nothing)
{
    struct gathering gathering = { .count = 2 };

    gathering.futures[0] = spawn(failing_by_itself_coro(), "failing");
    START(gathering.futures + 1, { 2, 0 });
    ouro_future *gathered = ouro_gather_future(gathering.futures[0], gathering.futures[1]);
    trace("%s", show(ouro_await(gathered)));
    trace("cancel %d", ouro_future_cancel(gathered, NULL));
    OURO_TRY(ouro_sleep(2));
    ouro_future_unref(gathered);
    return finish(&gathering);
}

OURO_ASYNC(the_future_form)
{
    ouro_task *tasks[2];

    START(tasks, { 5, 0 }, { 5, 0 });
    ouro_future *gathered = ouro_gather_future(tasks[0], tasks[1]);
    OURO_TRY(ouro_sleep(1));
    bool accepted = ouro_future_cancel(gathered, NULL);
    trace("cancel %d, done %d", accepted, ouro_future_done(gathered));
    trace("%s", show(ouro_await(gathered)));
    bool cancelled = ouro_future_cancelled(gathered);
    trace("cancelled %d, cancel %d", cancelled, ouro_future_cancel(gathered, NULL));
    ouro_future_unref(gathered);
    unref_all(tasks, 2);
    return 0;
}

OURO_ASYNC(nested_gathers)
{
    ouro_task *tasks[3];

    START(tasks, { 5, 0 }, { 5, 0 }, { 5, 0 });
    ouro_future *inner = ouro_gather_future(tasks[0], tasks[1]);
    struct gathering gathering = { .futures = { inner, tasks[2] }, .count = 2 };
    OURO_TRY(cancel_gather(&gathering));
    trace("results %s", results(tasks, 3));
    ouro_future_unref(inner);
    unref_all(tasks, 3);
    return 0;
}

SCENARIO(CASE(all_are_cancelled), CASE(the_done_ones_are_not),
         CASE(it_raises_when_the_first_one_ends), CASE(with_exceptions_returned_it_waits_for_all),
         CASE(children_that_swallow_it), CASE(a_child_that_fails_instead),
         CASE(after_a_failure_it_cancels_nothing), CASE(the_future_form), CASE(nested_gathers))
