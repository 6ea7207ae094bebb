/* Conditions under limits: whoever is timed out has the lock again before it goes on. */
#include "scenario.h"

OURO_ASYNC(limited, (ouro_condition *, condition), (double, limit))
{
    int status = 0;

    OURO_TRY(ouro_condition_acquire(condition));
    ouro_with_timeout (&status, limit) {
        status = ouro_condition_wait(condition);
    }
    if (status == -ETIMEDOUT) {
        trace("too late, locked %d", ouro_condition_locked(condition));
        status = 0;
    } else if (status >= 0) {
        trace("notified");
        status = 0;
    }
    OURO_TRY(ouro_condition_release(condition));
    return status;
}

static ouro_task *start(ouro_condition *condition, int number, double limit)
{
    return spawn(limited_coro(condition, limit), "w%d", number);
}

static int notify(ouro_condition *condition, int count)
{
    OURO_TRY(ouro_condition_acquire(condition));
    OURO_TRY(ouro_condition_notify(condition, (size_t) count));
    trace("notifies %d", count);
    return ouro_condition_release(condition);
}

static int finish(ouro_condition *condition, ouro_task **tasks, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int status = join(tasks[i]);

        trace("%s", show(status));
    }
    trace("locked %d", ouro_condition_locked(condition));
    return 0;
}

OURO_ASYNC(nobody_notifies)
{
    ouro_condition condition = OURO_CONDITION_INIT;
    ouro_task *tasks[] = { start(&condition, 0, 1), start(&condition, 1, 2) };

    return finish(&condition, tasks, 2);
}

OURO_ASYNC(the_lock_is_held_when_the_time_is_up)
{
    ouro_condition condition = OURO_CONDITION_INIT;
    ouro_task *task = start(&condition, 0, 1);

    OURO_TRY(ouro_sleep(0.5));
    OURO_TRY(ouro_condition_acquire(&condition));
    OURO_TRY(ouro_sleep(1));
    trace("lets go");
    OURO_TRY(ouro_condition_release(&condition));
    return finish(&condition, &task, 1);
}

OURO_ASYNC(who_is_timed_out_takes_no_notification)
{
    ouro_condition condition = OURO_CONDITION_INIT;
    ouro_task *tasks[] = { start(&condition, 0, 1), start(&condition, 1, 5) };

    OURO_TRY(ouro_sleep(2));
    OURO_TRY(notify(&condition, 1));
    return finish(&condition, tasks, 2);
}

OURO_ASYNC(notified_as_the_time_is_up)
{
    ouro_condition condition = OURO_CONDITION_INIT;
    ouro_task *tasks[] = { start(&condition, 0, 1), start(&condition, 1, 5) };

    for (int i = 0; i < 2; i++) {
        OURO_TRY(ouro_sleep(1));
        OURO_TRY(notify(&condition, 1));
    }
    return finish(&condition, tasks, 2);
}

OURO_ASYNC(notified_while_the_lock_is_held_until_too_late)
{
    ouro_condition condition = OURO_CONDITION_INIT;
    ouro_task *tasks[] = { start(&condition, 0, 1), start(&condition, 1, 5) };

    OURO_TRY(ouro_sleep(0.5));
    OURO_TRY(ouro_condition_acquire(&condition));
    OURO_TRY(ouro_condition_notify(&condition, 1));
    trace("notifies and keeps the lock");
    OURO_TRY(ouro_sleep(1));
    trace("lets go");
    OURO_TRY(ouro_condition_release(&condition));
    OURO_TRY(ouro_sleep(1));
    OURO_TRY(notify(&condition, 1));
    return finish(&condition, tasks, 2);
}

struct values {
    ouro_condition condition;
    int count;
};

static int has_two(void *values)
{
    return ((struct values *) values)->count >= 2;
}

OURO_ASYNC(waits, (struct values *, values))
{
    OURO_TRY(ouro_condition_acquire(&values->condition));
    int status = ouro_condition_wait_for(&values->condition, has_two, values);
    if (status >= 0) {
        trace("%d values", values->count);
        status = 0;
    }
    OURO_TRY(ouro_condition_release(&values->condition));
    return status;
}

OURO_ASYNC(adds, (struct values *, values))
{
    for (int i = 0; i < 2; i++) {
        OURO_TRY(ouro_sleep(0.75));
        OURO_TRY(ouro_condition_acquire(&values->condition));
        values->count++;
        OURO_TRY(ouro_condition_notify_all(&values->condition));
        OURO_TRY(ouro_condition_release(&values->condition));
    }
    return 0;
}

OURO_ASYNC(a_limit_around_wait_for)
{
    struct values values = { .condition = OURO_CONDITION_INIT };
    ouro_task *adder = spawn(adds_coro(&values), "adder");

    for (int i = 0; i < 2; i++) {
        int status = ouro_wait_for(waits_coro(&values), 1);

        trace("came to %s", show(status));
    }
    return join(adder);
}

SCENARIO(CASE(nobody_notifies), CASE(the_lock_is_held_when_the_time_is_up),
         CASE(who_is_timed_out_takes_no_notification), CASE(notified_as_the_time_is_up),
         CASE(notified_while_the_lock_is_held_until_too_late), CASE(a_limit_around_wait_for))
