/* wait returns when all are done, when one is, or when one has failed. */
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

static int wait_and_tell(ouro_task **tasks, size_t count, ouro_return_when return_when)
{
    int done = OURO_TRY(ouro_wait(tasks, count, .return_when = return_when));

    trace("%d done: %s", done, done_flags(tasks, count));
    return 0;
}

static int finish(ouro_task **tasks, size_t count)
{
    OURO_TRY(ouro_wait(tasks, count));
    trace("results %s", results(tasks, count));
    unref_all(tasks, count);
    return 0;
}

OURO_ASYNC(all_completed)
{
    ouro_task *tasks[3];

    START(tasks, { 0.2, 1 }, { 0.1, -2 }, { 0.3, 3 });
    OURO_TRY(wait_and_tell(tasks, 3, OURO_ALL_COMPLETED));
    return finish(tasks, 3);
}

OURO_ASYNC(first_completed)
{
    ouro_task *tasks[3];

    START(tasks, { 0.2, 1 }, { 0.1, 2 }, { 0.3, 3 });
    OURO_TRY(wait_and_tell(tasks, 3, OURO_FIRST_COMPLETED));
    OURO_TRY(wait_and_tell((ouro_task *[]) { tasks[0], tasks[2] }, 2, OURO_FIRST_COMPLETED));
    return finish(tasks, 3);
}

OURO_ASYNC(first_completed_may_find_several)
{
    ouro_task *tasks[3];

    START(tasks, { 0.1, 1 }, { 0.1, 2 }, { 0.3, 3 });
    OURO_TRY(wait_and_tell(tasks, 3, OURO_FIRST_COMPLETED));
    return finish(tasks, 3);
}

OURO_ASYNC(first_completed_is_a_failure)
{
    ouro_task *tasks[2];

    START(tasks, { 0.2, 1 }, { 0.1, -2 });
    OURO_TRY(wait_and_tell(tasks, 2, OURO_FIRST_COMPLETED));
    return finish(tasks, 2);
}

OURO_ASYNC(first_exception)
{
    ouro_task *tasks[3];

    START(tasks, { 0.1, 1 }, { 0.2, -2 }, { 0.3, 3 });
    OURO_TRY(wait_and_tell(tasks, 3, OURO_FIRST_EXCEPTION));
    return finish(tasks, 3);
}

OURO_ASYNC(first_exception_without_one)
{
    ouro_task *tasks[3];

    START(tasks, { 0.1, 1 }, { 0.3, 2 }, { 0.2, 3 });
    OURO_TRY(wait_and_tell(tasks, 3, OURO_FIRST_EXCEPTION));
    unref_all(tasks, 3);
    return 0;
}

OURO_ASYNC(first_exception_ignores_the_cancelled)
{
    ouro_task *tasks[3];

    START(tasks, { 0.5, 1 }, { 0.4, -2 }, { 0.6, 3 });
    call_later(0.2, cancel_callback, tasks[0]);
    OURO_TRY(wait_and_tell(tasks, 3, OURO_FIRST_EXCEPTION));
    return finish(tasks, 3);
}

OURO_ASYNC(first_completed_counts_the_cancelled)
{
    ouro_task *tasks[2];

    START(tasks, { 0.5, 1 }, { 0.4, 2 });
    call_later(0.2, cancel_callback, tasks[0]);
    OURO_TRY(wait_and_tell(tasks, 2, OURO_FIRST_COMPLETED));
    return finish(tasks, 2);
}

OURO_ASYNC(a_loop_over_the_rest)
{
    ouro_task *pending[4];
    size_t count = 4;

    START(pending, { 0.3, 1 }, { 0.1, 2 }, { 0.2, 3 }, { 0.1, 4 });
    while (count > 0) {
        size_t left = 0;

        OURO_TRY(wait_and_tell(pending, count, OURO_FIRST_COMPLETED));
        for (size_t i = 0; i < count; i++) {
            if (ouro_future_done(pending[i])) {
                trace("%s came to %s", ouro_task_get_name(pending[i]), result(pending[i]));
                ouro_task_unref(pending[i]);
            } else {
                pending[left++] = pending[i];
            }
        }
        count = left;
    }
    return 0;
}

SCENARIO(CASE(all_completed), CASE(first_completed), CASE(first_completed_may_find_several),
         CASE(first_completed_is_a_failure), CASE(first_exception),
         CASE(first_exception_without_one), CASE(first_exception_ignores_the_cancelled),
         CASE(first_completed_counts_the_cancelled), CASE(a_loop_over_the_rest))
