/* Conditions: who is notified, and when it goes on. */
#include "scenario.h"

OURO_ASYNC(waiter, (ouro_condition *, condition))
{
    int status = 0;

    ouro_with_condition (condition, &status) {
        trace("waits");
        status = ouro_condition_wait(condition);
        if (status < 0) {
            trace("%s, locked %d", show(status), ouro_condition_locked(condition));
        } else {
            trace("woken, locked %d", ouro_condition_locked(condition));
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

static int notify(ouro_condition *condition, size_t count)
{
    int status = 0;

    ouro_with_condition (condition, &status) {
        status = ouro_condition_notify(condition, count);
        trace("notified %zu", count);
    }
    return status;
}

OURO_ASYNC(one_after_another)
{
    static const size_t counts[] = { 1, 0, 1, 5 };
    ouro_condition condition = OURO_CONDITION_INIT;
    ouro_task *tasks[3];

    OURO_TRY(crowd(&condition, tasks, 3));
    for (size_t i = 0; i < COUNT(counts); i++) {
        OURO_TRY(notify(&condition, counts[i]));
        OURO_TRY(ouro_sleep(1));
    }
    return end(&condition, tasks, 3);
}

OURO_ASYNC(several_at_once)
{
    ouro_condition condition = OURO_CONDITION_INIT;
    ouro_task *tasks[4];

    OURO_TRY(crowd(&condition, tasks, 4));
    OURO_TRY(notify(&condition, 2));
    OURO_TRY(ouro_sleep(1));
    OURO_TRY(notify(&condition, 2));
    return end(&condition, tasks, 4);
}

OURO_ASYNC(all_at_once)
{
    ouro_condition condition = OURO_CONDITION_INIT;
    ouro_task *tasks[4];
    int status = 0;

    OURO_TRY(crowd(&condition, tasks, 4));
    ouro_with_condition (&condition, &status) {
        OURO_TRY(ouro_condition_notify_all(&condition));
        trace("still has the lock");
        OURO_TRY(ouro_sleep(1));
        trace("and lets it go");
    }
    return end(&condition, tasks, 4);
}

OURO_ASYNC(notified_twice_before_they_run)
{
    ouro_condition condition = OURO_CONDITION_INIT;
    ouro_task *tasks[3];
    int status = 0;

    OURO_TRY(crowd(&condition, tasks, 3));
    ouro_with_condition (&condition, &status) {
        OURO_TRY(ouro_condition_notify(&condition, 1));
        OURO_TRY(ouro_condition_notify(&condition, 1));
        OURO_TRY(ouro_sleep(1));
    }
    OURO_TRY(ouro_sleep(1));
    OURO_TRY(notify(&condition, 1));
    return end(&condition, tasks, 3);
}

OURO_ASYNC(nobody_to_notify)
{
    ouro_condition condition = OURO_CONDITION_INIT;
    ouro_task *task;
    int status = 0;

    OURO_TRY(notify(&condition, 3));
    ouro_with_condition (&condition, &status) {
        OURO_TRY(ouro_condition_notify_all(&condition));
    }
    OURO_TRY(crowd(&condition, &task, 1));
    OURO_TRY(ouro_sleep(1));
    OURO_TRY(notify(&condition, 1));
    return end(&condition, &task, 1);
}

OURO_ASYNC(without_the_lock)
{
    ouro_condition condition = OURO_CONDITION_INIT;

    trace("%s", show(ouro_condition_wait(&condition)));
    trace("%s", show(ouro_condition_notify(&condition, 1)));
    trace("%s", show(ouro_condition_notify_all(&condition)));
    trace("%s", show(ouro_condition_release(&condition)));
    OURO_TRY(ouro_condition_acquire(&condition));
    trace("%s", show(ouro_condition_notify(&condition, 1)));
    trace("%s", show(ouro_condition_release(&condition)));
    trace("%s", show(ouro_condition_notify_all(&condition)));
    return 0;
}

OURO_ASYNC(two_conditions_on_one_lock)
{
    ouro_lock lock = OURO_LOCK_INIT;
    ouro_condition first = OURO_CONDITION_INIT_WITH(&lock);
    ouro_condition second;
    ouro_task *tasks[4];
    int status = 0;

    ouro_condition_init(&second, &lock);
    OURO_TRY(crowd(&first, tasks, 2));
    OURO_TRY(crowd(&second, tasks + 2, 2));
    OURO_TRY(ouro_lock_acquire(&lock));
    trace("locked %d %d", ouro_condition_locked(&first), ouro_condition_locked(&second));
    OURO_TRY(ouro_condition_notify_all(&first));
    OURO_TRY(ouro_lock_release(&lock));
    OURO_TRY(ouro_sleep(1));
    ouro_with_condition (&second, &status) {
        trace("%s", show(ouro_condition_notify_all(&first)));
        trace("%s", show(ouro_condition_notify_all(&second)));
    }
    return end(&first, tasks, 4);
}

OURO_ASYNC(newcomers_before_the_woken)
{
    ouro_condition condition = OURO_CONDITION_INIT;
    ouro_task *tasks[3];
    int status = 0;

    OURO_TRY(crowd(&condition, tasks, 2));
    ouro_with_condition (&condition, &status) {
        OURO_TRY(ouro_condition_notify(&condition, 1));
        tasks[2] = spawn(waiter_coro(&condition), "late");
        OURO_TRY(ouro_sleep(0));
    }
    OURO_TRY(ouro_sleep(0));
    OURO_TRY(ouro_sleep(0));
    OURO_TRY(notify(&condition, 2));
    return end(&condition, tasks, 3);
}

OURO_ASYNC(again_and_again, (ouro_condition *, condition))
{
    int status = 0;

    ouro_with_condition (condition, &status) {
        for (int turn = 0; turn < 3; turn++) {
            OURO_TRY(ouro_condition_wait(condition));
            trace("turn %d", turn);
        }
    }
    return status;
}

OURO_ASYNC(who_waits_again_comes_last)
{
    ouro_condition condition = OURO_CONDITION_INIT;
    ouro_task *tasks[3];

    for (int i = 0; i < 3; i++) {
        tasks[i] = spawn(again_and_again_coro(&condition), "a%d", i);
    }
    OURO_TRY(ouro_sleep(0));
    for (int i = 0; i < 9; i++) {
        OURO_TRY(notify(&condition, 1));
        OURO_TRY(ouro_sleep(0));
        OURO_TRY(ouro_sleep(0));
    }
    return end(&condition, tasks, 3);
}

SCENARIO(CASE(one_after_another), CASE(several_at_once), CASE(all_at_once),
         CASE(notified_twice_before_they_run), CASE(nobody_to_notify), CASE(without_the_lock),
         CASE(two_conditions_on_one_lock), CASE(newcomers_before_the_woken),
         CASE(who_waits_again_comes_last))
