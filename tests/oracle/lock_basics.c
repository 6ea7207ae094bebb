/* Locks: one holder at a time, in the order of asking; misuse has a name. */
#include "scenario.h"

OURO_ASYNC(worker, (ouro_lock *, lock), (double, delay))
{
    trace("asks");
    OURO_TRY(ouro_lock_acquire(lock));
    trace("has it");
    OURO_TRY(ouro_sleep(delay));
    OURO_TRY(ouro_lock_release(lock));
    trace("has released it");
    return 0;
}

OURO_ASYNC(in_turn)
{
    ouro_lock lock = OURO_LOCK_INIT;
    ouro_task *tasks[4];

    for (int i = 0; i < 4; i++) {
        tasks[i] = spawn(worker_coro(&lock, 1), "w%d", i);
    }
    OURO_TRY(ouro_sleep(0.5));
    trace("locked %d", ouro_lock_locked(&lock));
    join_all(tasks, 4);
    trace("locked %d", ouro_lock_locked(&lock));
    return 0;
}

OURO_ASYNC(without_contention_nothing_else_runs)
{
    ouro_lock lock = OURO_LOCK_INIT;

    say_soon("another callback");
    for (int i = 0; i < 3; i++) {
        OURO_TRY(ouro_lock_acquire(&lock));
        OURO_TRY(ouro_lock_release(&lock));
    }
    trace("three times");
    return ouro_sleep(0);
}

OURO_ASYNC(released_too_often)
{
    ouro_lock lock = OURO_LOCK_INIT;

    trace("%s", show(ouro_lock_release(&lock)));
    OURO_TRY(ouro_lock_acquire(&lock));
    trace("%s", show(ouro_lock_release(&lock)));
    trace("%s", show(ouro_lock_release(&lock)));
    OURO_TRY(ouro_lock_acquire(&lock));
    trace("locked %d", ouro_lock_locked(&lock));
    return 0;
}

static void release_callback(void *lock)
{
    ouro_ignore(ouro_lock_release(lock));
}

OURO_ASYNC(released_by_another)
{
    ouro_lock lock = OURO_LOCK_INIT;

    OURO_TRY(ouro_lock_acquire(&lock));
    call_later(2, release_callback, &lock);
    OURO_TRY(ouro_lock_acquire(&lock));
    trace("got it from a callback");
    return 0;
}

OURO_ASYNC(acquired_twice)
{
    ouro_lock lock = OURO_LOCK_INIT;
    int status = 0;

    OURO_TRY(ouro_lock_acquire(&lock));
    ouro_with_timeout (&status, 3) {
        status = ouro_lock_acquire(&lock);
    }
    trace("%s", show(status));
    trace("locked %d", ouro_lock_locked(&lock));
    trace("%s", show(ouro_lock_release(&lock)));
    return 0;
}

OURO_ASYNC(block_worker, (ouro_lock *, lock), (double, delay), (int, number))
{
    int status = 0;

    ouro_with_lock (lock, &status) {
        trace("in the block");
        status = ouro_sleep(delay);
        if (status == 0 && number) {
            status = fail(number);
        }
    }
    if (status == 0) {
        trace("behind the block");
    }
    return status;
}

OURO_ASYNC(blocks)
{
    ouro_lock lock = OURO_LOCK_INIT;
    ouro_task *tasks[4];

    for (int i = 0; i < 4; i++) {
        tasks[i] = spawn(block_worker_coro(&lock, 1, i % 2), "b%d", i);
    }
    for (int i = 0; i < 4; i++) {
        int status = join(tasks[i]);

        trace("%s", show(status));
    }
    trace("locked %d", ouro_lock_locked(&lock));
    return 0;
}

OURO_ASYNC(a_block_that_is_cancelled_at_its_door)
{
    ouro_lock lock = OURO_LOCK_INIT;
    OURO_TRY(ouro_lock_acquire(&lock));
    ouro_task *task = spawn(block_worker_coro(&lock, 0, 0), "b");

    OURO_TRY(ouro_sleep(1));
    ouro_task_cancel(task, NULL);
    int status = join(task);
    trace("%s", show(status));
    trace("locked %d", ouro_lock_locked(&lock));
    return 0;
}

OURO_ASYNC(a_block_that_has_released_already)
{
    ouro_lock lock = OURO_LOCK_INIT;
    int status = 0;

    ouro_with_lock (&lock, &status) {
        OURO_TRY(ouro_lock_release(&lock));
    }
    trace("%s", show(status));
    trace("locked %d", ouro_lock_locked(&lock));
    return 0;
}

OURO_ASYNC(left_early)
{
    ouro_lock lock = OURO_LOCK_INIT;
    int status = 0;
    bool is_over = false;

    for (int turn = 0; turn < 3 && !is_over; turn++) {
        ouro_with_lock (&lock, &status) {
            trace("turn %d, locked %d", turn, ouro_lock_locked(&lock));
            is_over = turn == 1;
            if (is_over) {
                break;
            }
        }
    }
    trace("locked %d", ouro_lock_locked(&lock));
    return status;
}

OURO_ASYNC(deadlock)
{
    static ouro_lock lock;

    OURO_TRY(ouro_lock_acquire(&lock));
    return ouro_lock_acquire(&lock);
}

SCENARIO(CASE(in_turn), CASE(without_contention_nothing_else_runs), CASE(released_too_often),
         CASE(released_by_another), CASE(acquired_twice), CASE(blocks),
         CASE(a_block_that_is_cancelled_at_its_door), CASE(a_block_that_has_released_already),
         CASE(left_early), CASE(deadlock))
