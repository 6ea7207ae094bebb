/* A timeout ends wait without an error and without a cancel. */
#include "scenario.h"

OURO_ASYNC(body, (double, delay), (int, value))
{
    OURO_TRY(ouro_sleep(delay));
    trace("ends with %d", value);
    return value;
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

static int wait_and_tell(ouro_task **tasks, size_t count, double timeout,
                         ouro_return_when return_when)
{
    int done = OURO_TRY(ouro_wait(tasks, count, .timeout = timeout, .return_when = return_when));

    trace("%d done: %s", done, done_flags(tasks, count));
    return 0;
}

OURO_ASYNC(none_is_done_in_time)
{
    ouro_task *tasks[2];

    START(tasks, { 2, 1 }, { 3, 2 });
    OURO_TRY(wait_and_tell(tasks, 2, 1, OURO_ALL_COMPLETED));
    OURO_TRY(wait_and_tell(tasks, 2, 10, OURO_ALL_COMPLETED));
    unref_all(tasks, 2);
    return 0;
}

OURO_ASYNC(one_is_done_in_time)
{
    ouro_task *tasks[2];

    START(tasks, { 0.5, 1 }, { 3, 2 });
    OURO_TRY(wait_and_tell(tasks, 2, 1, OURO_ALL_COMPLETED));
    OURO_TRY(ouro_sleep(5));
    trace("results %s", results(tasks, 2));
    unref_all(tasks, 2);
    return 0;
}

OURO_ASYNC(all_are_done_in_time)
{
    ouro_task *tasks[2];

    START(tasks, { 0.5, 1 }, { 0.7, 2 });
    OURO_TRY(wait_and_tell(tasks, 2, 100, OURO_ALL_COMPLETED));
    unref_all(tasks, 2);
    return 0;
}

OURO_ASYNC(negative_looks_once)
{
    ouro_task *tasks[2];

    START(tasks, { 1, 1 }, { 0, 2 });
    for (int turn = 0; turn < 3; turn++) {
        OURO_TRY(wait_and_tell(tasks, 2, -1, OURO_ALL_COMPLETED));
    }
    OURO_TRY(ouro_sleep(2));
    OURO_TRY(wait_and_tell(tasks, 2, -1, OURO_ALL_COMPLETED));
    unref_all(tasks, 2);
    return 0;
}

OURO_ASYNC(due_together_with_a_task)
{
    ouro_task *tasks[1];

    /* The sleep of the task was set after the timer of the wait. */
    START(tasks, { 1, 1 });
    OURO_TRY(wait_and_tell(tasks, 1, 1, OURO_ALL_COMPLETED));
    unref_all(tasks, 1);
    return ouro_sleep(1);
}

OURO_ASYNC(due_together_with_a_task_that_began_before)
{
    ouro_task *tasks[1];

    START(tasks, { 1, 1 });
    OURO_TRY(ouro_sleep(0));
    OURO_TRY(wait_and_tell(tasks, 1, 1, OURO_ALL_COMPLETED));
    unref_all(tasks, 1);
    return ouro_sleep(1);
}

OURO_ASYNC(with_first_completed)
{
    ouro_task *tasks[2];

    START(tasks, { 1, 1 }, { 2, 2 });
    OURO_TRY(wait_and_tell(tasks, 2, 0.5, OURO_FIRST_COMPLETED));
    OURO_TRY(wait_and_tell(tasks, 2, 0.6, OURO_FIRST_COMPLETED));
    OURO_TRY(wait_and_tell(tasks + 1, 1, 0.7, OURO_FIRST_COMPLETED));
    OURO_TRY(wait_and_tell(tasks + 1, 1, 0.8, OURO_FIRST_COMPLETED));
    unref_all(tasks, 2);
    return 0;
}

OURO_ASYNC(limited, (ouro_task **, tasks))
{
    int status = 0;

    ouro_with_timeout (&status, 1) {
        status = ouro_wait(tasks, 1, .timeout = 2);
    }
    return status;
}

OURO_ASYNC(inside_a_timeout)
{
    ouro_task *tasks[1];

    START(tasks, { 5, 1 });
    trace("%s", show(limited(tasks)));
    trace("the task is done %d", ouro_future_done(tasks[0]));
    OURO_TRY(wait_and_tell(tasks, 1, 10, OURO_ALL_COMPLETED));
    unref_all(tasks, 1);
    return 0;
}

SCENARIO(CASE(none_is_done_in_time), CASE(one_is_done_in_time), CASE(all_are_done_in_time),
         CASE(negative_looks_once), CASE(due_together_with_a_task),
         CASE(due_together_with_a_task_that_began_before), CASE(with_first_completed),
         CASE(inside_a_timeout))
