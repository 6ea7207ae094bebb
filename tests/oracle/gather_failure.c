/* The first failure resumes the caller of gather at once; the others run to their end. */
#include "scenario.h"

OURO_ASYNC(body, (double, delay), (int, value))
{
    OURO_TRY(ouro_sleep(delay));
    trace("ends with %d", value);
    return value < 0 ? fail(-value) : value;
}

struct specification {
    double delay;
    int value;
};

static void start(ouro_task **tasks, const struct specification *specifications, int count)
{
    for (int i = 0; i < count; i++) {
        tasks[i] = spawn(body_coro(specifications[i].delay, specifications[i].value), "t%d", i);
    }
}

#define START(tasks, ...)                                                                          \
    start(tasks, (const struct specification[]) { __VA_ARGS__ },                                   \
          COUNT(((const struct specification[]) { __VA_ARGS__ })))

OURO_ASYNC(the_first_failure)
{
    ouro_task *tasks[3];

    START(tasks, { 0.3, 1 }, { 0.2, -2 }, { 0.4, 3 });
    trace("%s", show(ouro_gather(tasks[0], tasks[1], tasks[2])));
    trace("done %s", done_flags(tasks, 3));
    OURO_TRY(ouro_sleep(1));
    trace("results %s", results(tasks, 3));
    unref_all(tasks, 3);
    return 0;
}

OURO_ASYNC(later_failures_are_dropped)
{
    ouro_task *tasks[3];

    START(tasks, { 0.1, -1 }, { 0.2, -2 }, { 0.3, -3 });
    trace("%s", show(ouro_gather(tasks[0], tasks[1], tasks[2])));
    OURO_TRY(ouro_sleep(1));
    trace("results %s", results(tasks, 3));
    unref_all(tasks, 3);
    return 0;
}

OURO_ASYNC(failures_of_one_iteration)
{
    ouro_task *tasks[3];

    START(tasks, { 0.2, 5 }, { 0.2, -1 }, { 0.2, -2 });
    trace("%s", show(ouro_gather(tasks[0], tasks[1], tasks[2])));
    unref_all(tasks, 3);
    return ouro_sleep(1);
}

OURO_ASYNC(returned_exceptions)
{
    ouro_task *tasks[4];
    int statuses[4];
    const char *list = "";

    START(tasks, { 0.3, -1 }, { 0.1, 2 }, { 0.2, -3 });
    tasks[3] = spawn(body_coro(9, 0), "gone");
    call_later(0.25, cancel_callback, tasks[3]);
    OURO_TRY(ouro_gather_return_exceptions(statuses, tasks[0], tasks[1], tasks[2], tasks[3]));
    for (int i = 0; i < 4; i++) {
        list = listed(list, show(statuses[i]));
    }
    trace("%s", list);
    unref_all(tasks, 4);
    return 0;
}

OURO_ASYNC(a_cancelled_child_fails_the_gather)
{
    ouro_task *tasks[2];

    START(tasks, { 0.5, 1 }, { 0.5, 2 });
    call_later(0.2, cancel_callback, tasks[0]);
    trace("%s", show(ouro_gather(tasks[0], tasks[1])));
    trace("own cancelling %d", cancelling());
    OURO_TRY(ouro_sleep(1));
    trace("results %s", results(tasks, 2));
    unref_all(tasks, 2);
    return 0;
}

OURO_ASYNC(a_failure_before_a_cancel)
{
    ouro_task *tasks[3];

    START(tasks, { 0.1, -1 }, { 0.5, 2 }, { 0.6, 3 });
    trace("%s", show(ouro_gather(tasks[0], tasks[1], tasks[2])));
    ouro_task_cancel(tasks[1], NULL);
    OURO_TRY(ouro_sleep(1));
    trace("results %s", results(tasks, 3));
    unref_all(tasks, 3);
    return 0;
}

static void fail_callback(void *future)
{
    ouro_ignore(ouro_future_set_exception((ouro_future *) future, fail(4)));
}

OURO_ASYNC(a_failed_future)
{
    ouro_future *future = ouro_create_future();
    ouro_task *tasks[1];

    START(tasks, { 1, 1 });
    call_later(0.5, fail_callback, future);
    trace("%s", show(ouro_gather(future, tasks[0])));
    ouro_future_unref(future);
    unref_all(tasks, 1);
    return ouro_sleep(1);
}

SCENARIO(CASE(the_first_failure), CASE(later_failures_are_dropped), CASE(failures_of_one_iteration),
         CASE(returned_exceptions), CASE(a_cancelled_child_fails_the_gather),
         CASE(a_failure_before_a_cancel), CASE(a_failed_future))
