/* A wait that ends with an error holds the lock again, and passes a notification on. */
#include "scenario.h"

OURO_ASYNC(waiter, (ouro_condition *, condition))
{
    int status = 0;

    ouro_with_condition (condition, &status) {
        status = ouro_condition_wait(condition);
        if (status == -ECANCELED) {
            trace("cancelled, %s, locked %d", show_message(), ouro_condition_locked(condition));
        } else {
            trace("woken");
        }
    }
    return status;
}

static int crowd(ouro_condition *condition, ouro_task **ret_tasks, int count)
{
    for (int i = 0; i < count; i++) {
        ret_tasks[i] = spawn(waiter_coro(condition), "w%d", i);
    }
    return ouro_sleep(0);
}

static int end(ouro_condition *condition, ouro_task **tasks, int count)
{
    for (int i = 0; i < count; i++) {
        int status = join(tasks[i]);

        trace("%s", show(status));
    }
    trace("locked %d", ouro_condition_locked(condition));
    return 0;
}

OURO_ASYNC(notify, (ouro_condition *, condition), (size_t, count))
{
    int status = 0;

    ouro_with_condition (condition, &status) {
        status = ouro_condition_notify(condition, count);
    }
    return status;
}

OURO_ASYNC(before_a_notification)
{
    ouro_condition condition = OURO_CONDITION_INIT;
    ouro_task *tasks[3];

    OURO_TRY(crowd(&condition, tasks, 3));
    ouro_task_cancel(tasks[0], "one");
    OURO_TRY(ouro_sleep(1));
    OURO_TRY(notify(&condition, 1));
    OURO_TRY(ouro_sleep(1));
    trace("done %s", done_flags(tasks, 3));
    OURO_TRY(notify(&condition, 1));
    return end(&condition, tasks, 3);
}

OURO_ASYNC(while_another_holds_the_lock)
{
    ouro_condition condition = OURO_CONDITION_INIT;
    ouro_task *tasks[2];
    int status = 0;

    OURO_TRY(crowd(&condition, tasks, 2));
    ouro_with_condition (&condition, &status) {
        ouro_task_cancel(tasks[0], "one");
        OURO_TRY(ouro_sleep(1));
        trace("done %d", ouro_future_done(tasks[0]));
        OURO_TRY(ouro_condition_notify_all(&condition));
    }
    return end(&condition, tasks, 2);
}

OURO_ASYNC(after_a_notification)
{
    ouro_condition condition = OURO_CONDITION_INIT;
    ouro_task *tasks[3];
    int status = 0;

    OURO_TRY(crowd(&condition, tasks, 3));
    ouro_with_condition (&condition, &status) {
        OURO_TRY(ouro_condition_notify(&condition, 1));
        ouro_task_cancel(tasks[0], "too late");
    }
    OURO_TRY(ouro_sleep(1));
    trace("done %s", done_flags(tasks, 3));
    OURO_TRY(notify(&condition, 1));
    return end(&condition, tasks, 3);
}

OURO_ASYNC(while_it_acquires_the_lock_again)
{
    ouro_condition condition = OURO_CONDITION_INIT;
    ouro_task *tasks[3];
    int status = 0;

    OURO_TRY(crowd(&condition, tasks, 3));
    ouro_with_condition (&condition, &status) {
        OURO_TRY(ouro_condition_notify(&condition, 1));
        OURO_TRY(ouro_sleep(1));
        ouro_task_cancel(tasks[0], "while it acquires");
        OURO_TRY(ouro_sleep(1));
        trace("done %d", ouro_future_done(tasks[0]));
    }
    OURO_TRY(ouro_sleep(1));
    trace("done %s", done_flags(tasks, 3));
    OURO_TRY(notify(&condition, 1));
    return end(&condition, tasks, 3);
}

OURO_ASYNC(again_and_again)
{
    ouro_condition condition = OURO_CONDITION_INIT;
    ouro_task *tasks[2];
    int status = 0;

    OURO_TRY(crowd(&condition, tasks, 2));
    ouro_with_condition (&condition, &status) {
        for (int turn = 0; turn < 4; turn++) {
            ouro_task_cancel(tasks[0], text("cancel %d", turn));
            OURO_TRY(ouro_sleep(1));
        }
        trace("done %d, requests %d", ouro_future_done(tasks[0]), ouro_task_cancelling(tasks[0]));
    }
    OURO_TRY(ouro_sleep(1));
    OURO_TRY(notify(&condition, 2));
    return end(&condition, tasks, 2);
}

OURO_ASYNC(twice_in_one_step)
{
    ouro_condition condition = OURO_CONDITION_INIT;
    ouro_task *tasks[2];
    int status = 0;

    OURO_TRY(crowd(&condition, tasks, 2));
    ouro_with_condition (&condition, &status) {
        OURO_TRY(ouro_condition_notify(&condition, 1));
        ouro_task_cancel(tasks[0], "one");
        ouro_task_cancel(tasks[0], "two");
        OURO_TRY(ouro_sleep(0));
        ouro_task_cancel(tasks[0], "three");
    }
    OURO_TRY(ouro_sleep(1));
    return end(&condition, tasks, 2);
}

OURO_ASYNC(in_time, (ouro_condition *, condition))
{
    int status = 0;

    ouro_with_condition (condition, &status) {
        ouro_with_timeout (&status, 1) {
            status = ouro_condition_wait(condition);
        }
    }
    return status;
}

OURO_ASYNC(timed_out)
{
    ouro_condition condition = OURO_CONDITION_INIT;
    ouro_task *tasks[2];
    int status = 0;

    for (int i = 0; i < 2; i++) {
        tasks[i] = spawn(in_time_coro(&condition), "t%d", i);
    }
    OURO_TRY(ouro_sleep(0));
    ouro_with_condition (&condition, &status) {
        OURO_TRY(ouro_sleep(2));
        OURO_TRY(ouro_condition_notify(&condition, 1));
    }
    return end(&condition, tasks, 2);
}

OURO_ASYNC(the_lock_of_its_holder_is_taken)
{
    ouro_condition condition = OURO_CONDITION_INIT;
    ouro_task *tasks[2];
    int status = 0;

    OURO_TRY(crowd(&condition, tasks, 2));
    ouro_with_condition (&condition, &status) {
        OURO_TRY(ouro_condition_notify_all(&condition));
        OURO_TRY(ouro_sleep(0));
    }
    bool is_free = !ouro_condition_locked(&condition);
    ouro_task_cancel(tasks[0], "at its turn");
    trace("free %d", is_free);
    return end(&condition, tasks, 2);
}

static int cancel_after(int victim, int steps)
{
    ouro_condition condition = OURO_CONDITION_INIT;
    ouro_task *tasks[3];

    trace("cancel w%d after %d", victim, steps);
    OURO_TRY(crowd(&condition, tasks, 3));
    ouro_task *helper = spawn(notify_coro(&condition, 2), "n");
    for (int i = 0; i < steps; i++) {
        OURO_TRY(ouro_sleep(0));
    }
    ouro_task_cancel(tasks[victim], "sweep");
    OURO_TRY(ouro_sleep(1));
    OURO_TRY(join(helper));
    OURO_TRY(notify(&condition, 3));
    return end(&condition, tasks, 3);
}

OURO_ASYNC(a_cancel_after_every_step)
{
    for (int victim = 0; victim < 2; victim++) {
        for (int steps = 0; steps < 10; steps++) {
            OURO_TRY(cancel_after(victim, steps));
        }
    }
    return 0;
}

SCENARIO(CASE(before_a_notification), CASE(while_another_holds_the_lock),
         CASE(after_a_notification), CASE(while_it_acquires_the_lock_again), CASE(again_and_again),
         CASE(twice_in_one_step), CASE(timed_out), CASE(the_lock_of_its_holder_is_taken),
         CASE(a_cancel_after_every_step))
