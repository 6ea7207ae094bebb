/* Tasks know their names; a loop knows its tasks and which of them runs. */
#include "scenario.h"

OURO_ASYNC(sleeper, (double, delay))
{
    return ouro_sleep(delay);
}

static const char *names_of(ouro_task **tasks, int count)
{
    const char *list = "";

    for (int i = 0; i < count; i++) {
        list = listed(list, text("%s", ouro_task_get_name(tasks[i])));
    }
    return list;
}

static const char *names(void)
{
    ouro_task *tasks[8];

    return names_of(tasks, ouro_all_tasks(NULL, tasks, COUNT(tasks)));
}

OURO_ASYNC(default_names)
{
    ouro_task *tasks[4];

    OURO_TRY(ouro_task_set_name(ouro_current_task(), ""));
    for (int i = 0; i < 3; i++) {
        tasks[i] = ouro_create_task(sleeper_coro(0));
    }
    tasks[3] = ouro_create_task(sleeper_coro(0), .name = "given");
    trace("%s", names_of(tasks, 4));
    OURO_TRY(ouro_task_set_name(tasks[0], "renamed"));
    trace("%s", names_of(tasks, 4));
    for (int i = 0; i < 4; i++) {
        OURO_TRY(ouro_await(tasks[i]));
    }
    trace("%s", names_of(tasks, 4));
    unref_all(tasks, 4);
    return 0;
}

OURO_ASYNC(all_tasks_are_those_not_done)
{
    ouro_task *tasks[4];

    trace("%s", names());
    for (int i = 0; i < 4; i++) {
        tasks[i] = spawn(sleeper_coro(i), "t%d", i);
    }
    trace("%s", names());
    for (int i = 0; i < 4; i++) {
        OURO_TRY(ouro_sleep(0.9));
        trace("%s", names());
    }
    join_all(tasks, 4);
    return 0;
}

OURO_ASYNC(slow)
{
    int status = ouro_sleep(10);

    OURO_TRY(ouro_sleep(1));
    return status;
}

OURO_ASYNC(a_cancelled_one_is_listed_until_it_ends)
{
    ouro_task *task = spawn(slow_coro(), "slow");

    OURO_TRY(ouro_sleep(0));
    ouro_task_cancel(task, NULL);
    trace("%s", names());
    OURO_TRY(ouro_sleep(0.5));
    trace("%s", names());
    OURO_TRY(ouro_sleep(1));
    trace("%s", names());
    ouro_task_unref(task);
    return 0;
}

static void tell_current(void *label)
{
    trace("%s: a task runs %d", (const char *) label, ouro_current_task() != NULL);
}

static void tell_current_done(ouro_future *future, void *arg)
{
    (void) future;
    (void) arg;
    tell_current("done");
}

OURO_ASYNC(body, (ouro_task *, other))
{
    ouro_task *me = ouro_current_task();

    trace("it is me %d, it is main %d", strcmp(ouro_task_get_name(me), "t") == 0, me == other);
    OURO_TRY(ouro_sleep(0));
    trace("still me %d", ouro_current_task() == me);
    return 0;
}

OURO_ASYNC(the_current_task)
{
    ouro_task *me = ouro_current_task();

    call_soon(tell_current, "soon");
    call_later(0.1, tell_current, "timer");
    ouro_task *task = spawn(body_coro(me), "t");
    on_done(task, tell_current_done, NULL);
    OURO_TRY(join(task));
    trace("main again %d", ouro_current_task() == me);
    return ouro_sleep(1);
}

static void tell_loop(void *loop)
{
    trace("in a callback %d", ouro_get_running_loop() == loop);
}

OURO_ASYNC(the_running_loop)
{
    ouro_loop *loop = ouro_get_running_loop();

    call_soon(tell_loop, loop);
    OURO_TRY(ouro_sleep(0));
    trace("running %d", ouro_loop_is_running(loop));
    return 0;
}

SCENARIO(CASE(default_names), CASE(all_tasks_are_those_not_done),
         CASE(a_cancelled_one_is_listed_until_it_ends), CASE(the_current_task),
         CASE(the_running_loop))
