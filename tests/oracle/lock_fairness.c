/* A lock goes to those who ask in their order, also where one asks again at once. */
#include "scenario.h"

OURO_ASYNC(again_and_again, (ouro_lock *, lock), (int, rounds))
{
    int status = 0;

    for (int turn = 0; turn < rounds && status == 0; turn++) {
        ouro_with_lock (lock, &status) {
            trace("turn %d", turn);
            status = ouro_sleep(0);
        }
    }
    return status;
}

OURO_ASYNC(three_in_turn)
{
    ouro_lock lock = OURO_LOCK_INIT;
    ouro_task *tasks[3];

    for (int i = 0; i < 3; i++) {
        tasks[i] = spawn(again_and_again_coro(&lock, 3), "w%d", i);
    }
    join_all(tasks, 3);
    return 0;
}

OURO_ASYNC(greedy, (ouro_lock *, lock), (int, rounds))
{
    for (int turn = 0; turn < rounds; turn++) {
        OURO_TRY(ouro_lock_acquire(lock));
        trace("turn %d", turn);
        OURO_TRY(ouro_lock_release(lock));
    }
    return 0;
}

OURO_ASYNC(one_that_never_lets_others_run)
{
    ouro_lock lock = OURO_LOCK_INIT;
    ouro_task *tasks[3];

    OURO_TRY(ouro_lock_acquire(&lock));
    for (int i = 0; i < 3; i++) {
        tasks[i] = spawn(greedy_coro(&lock, 3), "g%d", i);
    }
    OURO_TRY(ouro_sleep(0));
    OURO_TRY(ouro_lock_release(&lock));
    OURO_TRY(greedy(&lock, 2));
    join_all(tasks, 3);
    return 0;
}

OURO_ASYNC(between_release_and_the_turn)
{
    ouro_lock lock = OURO_LOCK_INIT;

    OURO_TRY(ouro_lock_acquire(&lock));
    ouro_task *task = spawn(greedy_coro(&lock, 1), "first");
    OURO_TRY(ouro_sleep(0));
    OURO_TRY(ouro_lock_release(&lock));
    trace("locked %d", ouro_lock_locked(&lock));
    OURO_TRY(ouro_lock_acquire(&lock));
    trace("comes second");
    OURO_TRY(ouro_lock_release(&lock));
    return join(task);
}

OURO_ASYNC(two_locks, (ouro_lock *, mine), (ouro_lock *, other), (double, delay))
{
    int status = 0;

    ouro_with_lock (mine, &status) {
        trace("has one");
        OURO_TRY(ouro_sleep(delay));
        ouro_with_lock (other, &status) {
            trace("has both");
        }
    }
    return status;
}

OURO_ASYNC(in_the_same_order)
{
    ouro_lock first = OURO_LOCK_INIT;
    ouro_lock second = OURO_LOCK_INIT;
    ouro_task *tasks[3];

    for (int i = 0; i < 3; i++) {
        tasks[i] = spawn(two_locks_coro(&first, &second, 1), "w%d", i);
    }
    join_all(tasks, 3);
    return 0;
}

OURO_ASYNC(starter, (ouro_lock *, lock), (int, number))
{
    int status = 0;

    if (number > 0) {
        ouro_task_unref(spawn(starter_coro(lock, number - 1), "s%d", number - 1));
    }
    ouro_with_lock (lock, &status) {
        trace("has it");
        status = ouro_sleep(0.1 * number);
    }
    return status;
}

OURO_ASYNC(those_who_come_meanwhile)
{
    static ouro_lock lock;

    OURO_TRY(ouro_lock_acquire(&lock));
    ouro_task_unref(spawn(starter_coro(&lock, 4), "s4"));
    OURO_TRY(ouro_sleep(0));
    OURO_TRY(ouro_sleep(0));
    OURO_TRY(ouro_lock_release(&lock));
    OURO_TRY(ouro_sleep(0));
    OURO_TRY(ouro_lock_acquire(&lock));
    trace("last");
    return 0;
}

SCENARIO(CASE(three_in_turn), CASE(one_that_never_lets_others_run),
         CASE(between_release_and_the_turn), CASE(in_the_same_order),
         CASE(those_who_come_meanwhile))
