/* wait with duplicates, with what is done already, with nothing, and when it is cancelled. */
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

OURO_ASYNC(duplicates_count_once)
{
    ouro_task *tasks[2];

    START(tasks, { 0.2, 1 }, { 0.1, 2 });
    trace("%d done", ouro_wait(((ouro_task *[]) { tasks[0], tasks[1], tasks[0], tasks[1] }), 4));
    unref_all(tasks, 2);
    return 0;
}

OURO_ASYNC(done_already)
{
    ouro_task *tasks[2];

    START(tasks, { 0, 1 }, { 0, -2 });
    OURO_TRY(ouro_sleep(1));
    say_soon("soon");
    trace("%d done", ouro_wait(tasks, 2));
    trace("%d done", ouro_wait(tasks, 2, .return_when = OURO_FIRST_EXCEPTION));
    trace("results %s", results(tasks, 2));
    unref_all(tasks, 2);
    return 0;
}

OURO_ASYNC(one_done_already)
{
    ouro_task *tasks[2];

    START(tasks, { 0, 1 }, { 1, 2 });
    OURO_TRY(ouro_sleep(0.5));
    trace("%d done", ouro_wait(tasks, 2, .return_when = OURO_FIRST_COMPLETED));
    trace("%d done", ouro_wait(tasks, 2));
    unref_all(tasks, 2);
    return 0;
}

OURO_ASYNC(cancelled_waiter, (ouro_task **, tasks))
{
    trace("wait: %s", show(ouro_wait(tasks, 2)));
    return 0;
}

OURO_ASYNC(cancelling_it_leaves_the_tasks_alone)
{
    ouro_task *tasks[2];

    START(tasks, { 2, 1 }, { 3, 2 });
    ouro_task *waiting = spawn(cancelled_waiter_coro(tasks), "waiter");
    OURO_TRY(ouro_sleep(1));
    ouro_task_cancel(waiting, NULL);
    trace("%s", show(join(waiting)));
    trace("done %s", done_flags(tasks, 2));
    OURO_TRY(ouro_wait(tasks, 2));
    trace("results %s", results(tasks, 2));
    unref_all(tasks, 2);
    return 0;
}

OURO_ASYNC(waiter, (ouro_task **, tasks), (ouro_return_when, return_when))
{
    trace("%d done", ouro_wait(tasks, 2, .return_when = return_when));
    return 0;
}

OURO_ASYNC(two_waiters_of_the_same)
{
    ouro_task *tasks[2];

    START(tasks, { 1, 1 }, { 2, 2 });
    ouro_task *waiters[] = { spawn(waiter_coro(tasks, OURO_ALL_COMPLETED), "all"),
                             spawn(waiter_coro(tasks, OURO_FIRST_COMPLETED), "first") };
    join_all(waiters, 2);
    unref_all(tasks, 2);
    return 0;
}

OURO_ASYNC(done_between_the_first_and_the_return)
{
    ouro_task *tasks[3];

    START(tasks, { 1, 1 }, { 1, 2 }, { 1, 3 });
    trace("%d done", ouro_wait(tasks, 3, .return_when = OURO_FIRST_COMPLETED));
    unref_all(tasks, 3);
    return 0;
}

OURO_ASYNC(nothing_to_wait_for)
{
    trace("%s", show(ouro_wait(NULL, 0)));
    return 0;
}

OURO_ASYNC(futures_and_tasks)
{
    ouro_future *all[3] = { ouro_create_future(), ouro_create_future() };

    call_later(0.5, set_callback, all[0]);
    call_later(0.6, cancel_callback, all[1]);
    START(all + 2, { 0.7, 3 });
    int done = OURO_TRY(ouro_wait(all, 3));
    trace("%d done: %s", done, results(all, 3));
    unref_all(all, 3);
    return 0;
}

SCENARIO(CASE(duplicates_count_once), CASE(done_already), CASE(one_done_already),
         CASE(cancelling_it_leaves_the_tasks_alone), CASE(two_waiters_of_the_same),
         CASE(done_between_the_first_and_the_return), CASE(nothing_to_wait_for),
         CASE(futures_and_tasks))
