/* Locks under limits: whoever gives up leaves the lock to the next, and never takes it along. */
#include "scenario.h"

OURO_ASYNC(limited, (ouro_lock *, lock), (double, limit))
{
    int status = 0;

    ouro_with_timeout (&status, limit) {
        status = ouro_lock_acquire(lock);
    }
    if (status < 0) {
        trace("%s, locked %d", show(status), ouro_lock_locked(lock));
        return 0;
    }
    trace("has it");
    OURO_TRY(ouro_sleep(0));
    return ouro_lock_release(lock);
}

/* A lock that main holds, and who waits for it. */
struct crowd {
    ouro_lock lock;
    ouro_task *tasks[3];
    size_t count;
};

static int held(struct crowd *crowd, double delay, const double *limits, size_t count)
{
    *crowd = (struct crowd) { .count = count };
    OURO_TRY(ouro_lock_acquire(&crowd->lock));
    for (size_t i = 0; i < count; i++) {
        crowd->tasks[i] = spawn(limited_coro(&crowd->lock, limits[i]), "w%zu", i);
    }
    return ouro_sleep(delay);
}

static int finish(struct crowd *crowd)
{
    join_all(crowd->tasks, crowd->count);
    trace("locked %d", ouro_lock_locked(&crowd->lock));
    return 0;
}

static const double one_and_five[] = { 1, 5 };
static const double all_five[] = { 5, 5, 5 };

OURO_ASYNC(too_late)
{
    struct crowd crowd;

    OURO_TRY(held(&crowd, 2, one_and_five, 2));
    OURO_TRY(ouro_lock_release(&crowd.lock));
    return finish(&crowd);
}

OURO_ASYNC(released_as_the_time_is_up)
{
    struct crowd crowd;

    OURO_TRY(held(&crowd, 1, one_and_five, 2));
    trace("releases");
    OURO_TRY(ouro_lock_release(&crowd.lock));
    return finish(&crowd);
}

static void cancel_all(struct crowd *crowd)
{
    for (size_t i = 0; i < crowd->count; i++) {
        ouro_task_cancel(crowd->tasks[i], NULL);
    }
}

OURO_ASYNC(released_before_a_cancel_of_all)
{
    struct crowd crowd;

    OURO_TRY(held(&crowd, 0.5, all_five, 3));
    OURO_TRY(ouro_lock_release(&crowd.lock));
    cancel_all(&crowd);
    return finish(&crowd);
}

OURO_ASYNC(released_after_a_cancel_of_all)
{
    struct crowd crowd;

    OURO_TRY(held(&crowd, 0.5, all_five, 3));
    cancel_all(&crowd);
    OURO_TRY(ouro_lock_release(&crowd.lock));
    return finish(&crowd);
}

OURO_ASYNC(works, (ouro_lock *, lock), (double, delay))
{
    int status = 0;

    ouro_with_lock (lock, &status) {
        ouro_with_timeout (&status, 1) {
            status = ouro_sleep(delay);
        }
        if (status == 0) {
            trace("in time");
        }
    }
    return status;
}

OURO_ASYNC(a_limit_inside_the_lock)
{
    static const int delays[] = { 2, 0, 3 };
    ouro_lock lock = OURO_LOCK_INIT;
    ouro_task *tasks[3];

    for (int i = 0; i < 3; i++) {
        tasks[i] = spawn(works_coro(&lock, delays[i]), "w%d", delays[i]);
    }
    for (int i = 0; i < 3; i++) {
        int status = join(tasks[i]);

        trace("%s", show(status));
    }
    trace("locked %d", ouro_lock_locked(&lock));
    return 0;
}

OURO_ASYNC(works_or_fails, (ouro_lock *, lock), (int, number))
{
    int status = 0;

    ouro_with_lock (lock, &status) {
        trace("has it");
        status = ouro_sleep(1);
        if (status == 0 && number == 1) {
            status = fail(1);
        }
    }
    return status;
}

OURO_ASYNC(a_group_of_which_one_fails)
{
    ouro_lock lock = OURO_LOCK_INIT;
    int status = 0;

    ouro_with_task_group (group, &status) {
        for (int i = 0; i < 4; i++) {
            ouro_task_group_create_task(&group, works_or_fails_coro(&lock, i),
                                        .name = text("w%d", i));
        }
    }
    trace("%s", show(status));
    trace("locked %d", ouro_lock_locked(&lock));
    return 0;
}

SCENARIO(CASE(too_late), CASE(released_as_the_time_is_up), CASE(released_before_a_cancel_of_all),
         CASE(released_after_a_cancel_of_all), CASE(a_limit_inside_the_lock),
         CASE(a_group_of_which_one_fails))
