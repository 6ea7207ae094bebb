/* Loops whose every task is eager: groups, gathers, waits and cancels on top of that. */
#include "scenario.h"

static void all_eager(void)
{
    ouro_loop_set_task_factory(ouro_get_running_loop(), ouro_eager_task_factory, NULL);
}

/* A negative delay stands for no sleep at all. */
OURO_ASYNC(body, (double, delay), (int, value))
{
    trace("begins");
    if (delay >= 0) {
        int status = ouro_sleep(delay);

        if (status < 0) {
            trace("interrupted");
            return status;
        }
    }
    if (value < 0) {
        return fail(-value);
    }
    trace("ends");
    return value;
}

OURO_ASYNC(a_group)
{
    static const double delays[] = { -1, 1, 0 };
    int status = 0;

    all_eager();
    ouro_with_task_group (group, &status) {
        for (int i = 0; i < 3; i++) {
            ouro_task_group_create_task(&group, body_coro(delays[i], 0), .name = text("t%d", i));
            trace("made one");
        }
    }
    trace("left");
    return status;
}

OURO_ASYNC(a_group_of_which_one_fails_later)
{
    int status = 0;

    all_eager();
    ouro_with_task_group (group, &status) {
        ouro_task_group_create_task(&group, body_coro(1, -1), .name = "bad");
        ouro_task_group_create_task(&group, body_coro(5, 0), .name = "t");
        trace("at the end of the block");
    }
    trace("%s", show(status));
    return 0;
}

OURO_ASYNC(a_wait)
{
    ouro_task *tasks[2];

    all_eager();
    tasks[0] = spawn(body_coro(-1, 0), "t-1");
    tasks[1] = spawn(body_coro(1, 0), "t1");
    int done = OURO_TRY(ouro_wait(tasks, 2, .return_when = OURO_FIRST_COMPLETED));
    trace("%d %d", done, 2 - done);
    OURO_TRY(ouro_wait(tasks, 2));
    trace("both");
    unref_all(tasks, 2);
    return 0;
}

OURO_ASYNC(a_gather_of_tasks)
{
    static const int delays[] = { -1, 1, 0 };
    ouro_task *tasks[3];

    all_eager();
    for (int i = 0; i < 3; i++) {
        tasks[i] = spawn(body_coro(delays[i], 3), "t%d", delays[i]);
    }
    trace("made all");
    OURO_TRY(ouro_gather(tasks[0], tasks[1], tasks[2]));
    trace("%s", results(tasks, 3));
    unref_all(tasks, 3);
    return 0;
}

OURO_ASYNC(waits, (ouro_event *, event))
{
    trace("waits");
    OURO_TRY(ouro_event_wait(event));
    trace("woke");
    return 0;
}

OURO_ASYNC(a_task_that_waits_for_its_creator)
{
    ouro_event event = OURO_EVENT_INIT;
    ouro_task *tasks[2];

    all_eager();
    tasks[0] = spawn(waits_coro(&event), "a");
    tasks[1] = spawn(waits_coro(&event), "b");
    trace("sets it");
    ouro_event_set(&event);
    join_all(tasks, 2);
    return 0;
}

OURO_ASYNC(cancelled_before_its_second_step)
{
    all_eager();
    ouro_task *task = spawn(body_coro(0, 0), "t");
    ouro_task_cancel(task, NULL);
    trace("%s", show(join(task)));
    return 0;
}

static void limited(ouro_task *task, double limit)
{
    int status = ouro_wait_for(task, limit);

    trace("%s", show(status));
    ouro_task_unref(task);
}

OURO_ASYNC(a_limit_around_an_eager_one)
{
    all_eager();
    int status = ouro_wait_for(body_coro(5, 0), 1);
    trace("%s", show(status));
    limited(spawn(body_coro(5, 0), "t"), 1);
    limited(spawn(body_coro(-1, 4), "u"), 0);
    return 0;
}

SCENARIO(CASE(a_group), CASE(a_group_of_which_one_fails_later), CASE(a_wait),
         CASE(a_gather_of_tasks), CASE(a_task_that_waits_for_its_creator),
         CASE(cancelled_before_its_second_step), CASE(a_limit_around_an_eager_one))
