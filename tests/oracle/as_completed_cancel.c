/* Iterations over results that end early: by a limit around them, a cancel or a failure. */
#include "scenario.h"

OURO_ASYNC(body, (double, delay), (int, value))
{
    int status = ouro_sleep(delay);

    if (status < 0) {
        trace("interrupted");
        return status;
    }
    return value < 0 ? fail(-value) : value;
}

struct tasks {
    ouro_task *tasks[3];
    ouro_awaitable awaitables[3];
    size_t count;
};

static void start(struct tasks *tasks, double delay, int value)
{
    size_t number = tasks->count++;

    tasks->tasks[number] = spawn(body_coro(delay, value), "t%zu", number);
    tasks->awaitables[number] = ouro_awaitable_from_future(tasks->tasks[number]);
}

static int finish(struct tasks *tasks)
{
    trace("%s", done_flags(tasks->tasks, tasks->count));
    for (size_t i = 0; i < tasks->count; i++) {
        int status = join(tasks->tasks[i]);

        trace("%s", show(status));
    }
    return 0;
}

OURO_ASYNC(consume, (struct tasks *, tasks))
{
    int status = 0;

    ouro_with_as_completed (completed, &status, tasks->awaitables, tasks->count) {
        ouro_future *one;

        while ((status = ouro_as_completed_anext(&completed, &one)) > 0) {
            trace("got %s", ouro_task_get_name(one));
        }
    }
    return status;
}

OURO_ASYNC(a_limit_around_it)
{
    struct tasks tasks = { 0 };
    int status = 0;

    start(&tasks, 1, 1);
    start(&tasks, 3, 2);
    start(&tasks, 4, 3);
    ouro_with_timeout (&status, 2) {
        status = consume(&tasks);
    }
    if (status == -ETIMEDOUT) {
        trace("too late");
    }
    return finish(&tasks);
}

static int cancel_consumer_after(double delay)
{
    struct tasks tasks = { 0 };

    start(&tasks, 1, 1);
    start(&tasks, 3, 2);
    ouro_task *consumer = spawn(consume_coro(&tasks), "consumer");
    OURO_TRY(ouro_sleep(delay));
    ouro_task_cancel(consumer, NULL);
    int status = join(consumer);
    trace("%s", show(status));
    return finish(&tasks);
}

OURO_ASYNC(the_consumer_is_cancelled)
{
    return cancel_consumer_after(2);
}

OURO_ASYNC(cancelled_as_one_ends)
{
    return cancel_consumer_after(1);
}

OURO_ASYNC(a_task_of_it_is_cancelled)
{
    struct tasks tasks = { 0 };

    start(&tasks, 1, 1);
    start(&tasks, 5, 2);
    start(&tasks, 3, 3);
    call_later(2, cancel_callback, tasks.tasks[1]);
    OURO_TRY(consume(&tasks));
    return finish(&tasks);
}

OURO_ASYNC(left_at_the_first_failure)
{
    struct tasks tasks = { 0 };
    int status = 0;

    start(&tasks, 3, 1);
    start(&tasks, 1, -2);
    start(&tasks, 4, 3);
    ouro_with_as_completed (completed, &status, tasks.awaitables, tasks.count) {
        ouro_future *one;

        while (status >= 0 && ouro_as_completed_anext(&completed, &one) > 0) {
            status = ouro_await(one);
        }
    }
    trace("%s", show(status));
    return finish(&tasks);
}

OURO_ASYNC(two_iterations_over_the_same)
{
    struct tasks tasks = { 0 };

    start(&tasks, 2, 1);
    start(&tasks, 1, 2);
    ouro_task *consumers[] = { spawn(consume_coro(&tasks), "a"), spawn(consume_coro(&tasks), "b") };
    join_all(consumers, 2);
    unref_all(tasks.tasks, tasks.count);
    return 0;
}

SCENARIO(CASE(a_limit_around_it), CASE(the_consumer_is_cancelled), CASE(cancelled_as_one_ends),
         CASE(a_task_of_it_is_cancelled), CASE(left_at_the_first_failure),
         CASE(two_iterations_over_the_same))
