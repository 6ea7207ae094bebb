/* gather runs its arguments side by side and gives the results in the order of the arguments. */
#include "scenario.h"

OURO_ASYNC(returns, (double, delay), (int, value))
{
    trace("starts");
    OURO_TRY(ouro_sleep(delay));
    trace("returns %d", value);
    return value;
}

static ouro_task *task(const char *name, double delay, int value)
{
    return spawn(returns_coro(delay, value), "%s", name);
}

static const char *listing(const int *statuses, size_t count)
{
    const char *list = "";

    for (size_t i = 0; i < count; i++) {
        list = listed(list, text("%d", statuses[i]));
    }
    return list;
}

/* Gathers the futures, which it gives back, into `statuses`. */
static int gather(ouro_future **futures, size_t count, int *statuses)
{
    ouro_awaitable awaitables[8];

    for (size_t i = 0; i < count; i++) {
        awaitables[i] = OURO_AWAITABLE(futures[i]);
    }
    return ouro_gather_array(awaitables, count, .ret_statuses = statuses);
}

OURO_ASYNC(in_argument_order)
{
    ouro_task *tasks[] = { task("a", 0.3, 1), task("b", 0.1, 2), task("c", 0.2, 3) };
    int statuses[3];

    OURO_TRY(gather(tasks, 3, statuses));
    trace("results %s", listing(statuses, 3));
    unref_all(tasks, 3);
    return 0;
}

OURO_ASYNC(quiet, (double, delay), (int, value))
{
    OURO_TRY(ouro_sleep(delay));
    return value;
}

OURO_ASYNC(of_coroutines)
{
    int statuses[3];
    ouro_awaitable awaitables[] = { OURO_AWAITABLE(quiet_coro(0.3, 4)),
                                    OURO_AWAITABLE(quiet_coro(0.1, 5)),
                                    OURO_AWAITABLE(quiet_coro(0.3, 6)) };

    OURO_TRY(ouro_gather_array(awaitables, 3, .ret_statuses = statuses));
    trace("results %s", listing(statuses, 3));
    return 0;
}

static void tell_number(ouro_future *future, void *number)
{
    (void) future;
    trace("future %d is done", *(int *) number);
}

OURO_ASYNC(of_futures)
{
    static int numbers[] = { 0, 1, 2 };
    ouro_future *futures[3];
    int statuses[3];

    for (int i = 0; i < 3; i++) {
        futures[i] = ouro_create_future();
    }
    for (int i = 0; i < 3; i++) {
        call_later(1 + i * 2 % 3, set_callback, futures[i]);
        on_done(futures[i], tell_number, &numbers[i]);
    }
    OURO_TRY(gather(futures, 3, statuses));
    trace("results %s", listing(statuses, 3));
    unref_all(futures, 3);
    return 0;
}

OURO_ASYNC(duplicates_run_once)
{
    ouro_task *one = task("one", 0.1, 7);
    ouro_task *two = task("two", 0.2, 8);
    int statuses[5];

    OURO_TRY(gather((ouro_task *[]) { one, two, one, one, two }, 5, statuses));
    trace("results %s", listing(statuses, 5));
    ouro_task_unref(one);
    ouro_task_unref(two);
    return 0;
}

OURO_ASYNC(pair, (const char *, name), (double, delay))
{
    ouro_task *tasks[] = { task(text("%s.a", name), delay, 1),
                           task(text("%s.b", name), delay + 0.1, 2) };
    int statuses[2];

    OURO_TRY(gather(tasks, 2, statuses));
    trace("pair %s", listing(statuses, 2));
    unref_all(tasks, 2);
    return statuses[0] + statuses[1];
}

OURO_ASYNC(nested)
{
    ouro_task *tasks[] = { spawn(pair_coro("left", 0.2), "left"),
                           spawn(pair_coro("right", 0.1), "right") };
    int statuses[2];

    OURO_TRY(gather(tasks, 2, statuses));
    trace("results %s", listing(statuses, 2));
    unref_all(tasks, 2);
    return 0;
}

static void schedule_soon(ouro_future *future, void *arg)
{
    (void) future;
    (void) arg;
    say_soon("soon from the last one's callback");
}

OURO_ASYNC(the_caller_resumes_one_iteration_after_the_last)
{
    ouro_task *first = task("first", 0, 1);
    ouro_task *last = task("last", 0.1, 2);

    on_done(last, schedule_soon, NULL);
    ouro_future *gathered = ouro_gather_future(first, last);
    say_on_done(last, "callback behind the gather's own");
    OURO_TRY(join(gathered));
    trace("gathered");
    ouro_task_unref(first);
    ouro_task_unref(last);
    return 0;
}

OURO_ASYNC(some_are_done_already)
{
    ouro_task *tasks[2] = { task("one", 0, 1) };
    int statuses[2];

    OURO_TRY(ouro_await(tasks[0]));
    tasks[1] = task("two", 0.1, 2);
    OURO_TRY(gather(tasks, 2, statuses));
    trace("results %s", listing(statuses, 2));
    unref_all(tasks, 2);
    return 0;
}

SCENARIO(CASE(in_argument_order), CASE(of_coroutines), CASE(of_futures), CASE(duplicates_run_once),
         CASE(nested), CASE(the_caller_resumes_one_iteration_after_the_last),
         CASE(some_are_done_already))
