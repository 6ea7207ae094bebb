/* A waiter that is cancelled passes on what it was woken for; nobody is forgotten. */
#include "scenario.h"

OURO_ASYNC(worker, (ouro_lock *, lock), (double, delay))
{
    int status = ouro_lock_acquire(lock);

    if (status < 0) {
        trace("%s, locked %d", show(status), ouro_lock_locked(lock));
        return status;
    }
    trace("has it");
    OURO_TRY(ouro_sleep(delay));
    return ouro_lock_release(lock);
}

/* A lock that is held, and tasks that wait for it. */
struct crowd {
    ouro_lock lock;
    ouro_task *tasks[4];
    size_t count;
};

static int start(struct crowd *crowd, size_t count, double delay)
{
    *crowd = (struct crowd) { .count = count };
    OURO_TRY(ouro_lock_acquire(&crowd->lock));
    for (size_t i = 0; i < count; i++) {
        crowd->tasks[i] = spawn(worker_coro(&crowd->lock, delay), "w%zu", i);
    }
    return ouro_sleep(0);
}

static int end(struct crowd *crowd)
{
    for (size_t i = 0; i < crowd->count; i++) {
        int status = join(crowd->tasks[i]);

        trace("%s", show(status));
    }
    trace("locked %d", ouro_lock_locked(&crowd->lock));
    return 0;
}

OURO_ASYNC(in_the_middle)
{
    struct crowd crowd;

    OURO_TRY(start(&crowd, 3, 0));
    ouro_task_cancel(crowd.tasks[1], NULL);
    OURO_TRY(ouro_sleep(1));
    OURO_TRY(ouro_lock_release(&crowd.lock));
    return end(&crowd);
}

OURO_ASYNC(cancelled_after_the_wake)
{
    struct crowd crowd;

    OURO_TRY(start(&crowd, 3, 0));
    OURO_TRY(ouro_lock_release(&crowd.lock));
    ouro_task_cancel(crowd.tasks[0], NULL);
    trace("locked %d", ouro_lock_locked(&crowd.lock));
    return end(&crowd);
}

OURO_ASYNC(cancelled_before_the_release)
{
    struct crowd crowd;

    OURO_TRY(start(&crowd, 3, 0));
    ouro_task_cancel(crowd.tasks[0], NULL);
    OURO_TRY(ouro_lock_release(&crowd.lock));
    trace("locked %d", ouro_lock_locked(&crowd.lock));
    return end(&crowd);
}

OURO_ASYNC(first_and_second_cancelled_after_the_wake)
{
    struct crowd crowd;

    OURO_TRY(start(&crowd, 3, 0));
    OURO_TRY(ouro_lock_release(&crowd.lock));
    ouro_task_cancel(crowd.tasks[1], NULL);
    ouro_task_cancel(crowd.tasks[0], NULL);
    return end(&crowd);
}

OURO_ASYNC(overtaken_where_all_are_cancelled)
{
    struct crowd crowd;

    OURO_TRY(start(&crowd, 3, 0));
    for (int i = 0; i < 3; i++) {
        ouro_task_cancel(crowd.tasks[i], NULL);
    }
    OURO_TRY(ouro_lock_release(&crowd.lock));
    OURO_TRY(ouro_lock_acquire(&crowd.lock));
    trace("overtakes them");
    OURO_TRY(ouro_sleep(0));
    OURO_TRY(ouro_lock_release(&crowd.lock));
    return end(&crowd);
}

OURO_ASYNC(not_overtaken_where_one_waits)
{
    struct crowd crowd;

    OURO_TRY(start(&crowd, 3, 0));
    ouro_task_cancel(crowd.tasks[0], NULL);
    ouro_task_cancel(crowd.tasks[1], NULL);
    OURO_TRY(ouro_lock_release(&crowd.lock));
    OURO_TRY(ouro_lock_acquire(&crowd.lock));
    trace("comes after it");
    OURO_TRY(ouro_lock_release(&crowd.lock));
    return end(&crowd);
}

OURO_ASYNC(not_overtaken_where_one_was_woken)
{
    struct crowd crowd;

    OURO_TRY(start(&crowd, 1, 0));
    OURO_TRY(ouro_lock_release(&crowd.lock));
    ouro_task_cancel(crowd.tasks[0], NULL);
    OURO_TRY(ouro_lock_acquire(&crowd.lock));
    trace("comes after it");
    OURO_TRY(ouro_lock_release(&crowd.lock));
    return end(&crowd);
}

OURO_ASYNC(cancels_itself, (ouro_lock *, lock))
{
    ouro_task_cancel(ouro_current_task(), NULL);
    return worker(lock, 0);
}

OURO_ASYNC(a_request_from_before)
{
    struct crowd crowd;

    OURO_TRY(start(&crowd, 0, 0));
    crowd.tasks[0] = spawn(cancels_itself_coro(&crowd.lock), "held");
    crowd.tasks[1] = spawn(worker_coro(&crowd.lock, 0), "next");
    crowd.count = 2;
    OURO_TRY(ouro_sleep(0));
    OURO_TRY(ouro_lock_release(&crowd.lock));
    OURO_TRY(end(&crowd));
    int status = join(spawn(cancels_itself_coro(&crowd.lock), "free"));
    trace("%s", show(status));
    trace("locked %d", ouro_lock_locked(&crowd.lock));
    return 0;
}

static int acquire_within_a_second(ouro_lock *lock)
{
    int status = 0;

    ouro_with_timeout (&status, 1) {
        status = ouro_lock_acquire(lock);
    }
    return status;
}

OURO_ASYNC(timed_out)
{
    struct crowd crowd;

    OURO_TRY(start(&crowd, 2, 2));
    trace("%s", show(acquire_within_a_second(&crowd.lock)));
    OURO_TRY(ouro_lock_release(&crowd.lock));
    trace("%s", show(acquire_within_a_second(&crowd.lock)));
    OURO_TRY(ouro_sleep(2));
    trace("%s", show(acquire_within_a_second(&crowd.lock)));
    OURO_TRY(ouro_sleep(5));
    trace("%s", show(acquire_within_a_second(&crowd.lock)));
    return end(&crowd);
}

static int cancel_after(int victim, int steps)
{
    struct crowd crowd = { .count = 4 };

    trace("cancel w%d after %d", victim, steps);
    for (size_t i = 0; i < crowd.count; i++) {
        crowd.tasks[i] = spawn(worker_coro(&crowd.lock, 0), "w%zu", i);
    }
    for (int i = 0; i < steps; i++) {
        OURO_TRY(ouro_sleep(0));
    }
    ouro_task_cancel(crowd.tasks[victim], NULL);
    ouro_task_cancel(crowd.tasks[3], NULL);
    int status = acquire_within_a_second(&crowd.lock);
    if (status == 0) {
        trace("has it, done %s", done_flags(crowd.tasks, crowd.count));
    } else {
        trace("its holder was cancelled");
    }
    OURO_TRY(ouro_lock_release(&crowd.lock));
    return end(&crowd);
}

OURO_ASYNC(a_cancel_after_every_step)
{
    for (int victim = 0; victim < 3; victim++) {
        for (int steps = 0; steps < 8; steps++) {
            OURO_TRY(cancel_after(victim, steps));
        }
    }
    return 0;
}

SCENARIO(CASE(in_the_middle), CASE(cancelled_after_the_wake), CASE(cancelled_before_the_release),
         CASE(first_and_second_cancelled_after_the_wake), CASE(overtaken_where_all_are_cancelled),
         CASE(not_overtaken_where_one_waits), CASE(not_overtaken_where_one_was_woken),
         CASE(a_request_from_before), CASE(timed_out), CASE(a_cancel_after_every_step))
