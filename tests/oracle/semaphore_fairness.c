/* Tokens go to those who wait in their order, and nobody overtakes them. */
#include "scenario.h"

OURO_ASYNC(taker, (ouro_semaphore *, semaphore))
{
    OURO_TRY(ouro_semaphore_acquire(semaphore));
    trace("has one, locked %d", ouro_semaphore_locked(semaphore));
    return 0;
}

OURO_ASYNC(polite, (ouro_semaphore *, semaphore), (int, turns))
{
    int status = 0;

    for (int turn = 0; turn < turns && status == 0; turn++) {
        ouro_with_semaphore (semaphore, &status) {
            trace("turn %d", turn);
            status = ouro_sleep(0);
        }
    }
    return status;
}

OURO_ASYNC(greedy, (ouro_semaphore *, semaphore), (int, turns))
{
    int status = 0;

    for (int turn = 0; turn < turns && status == 0; turn++) {
        ouro_with_semaphore (semaphore, &status) {
            trace("turn %d", turn);
        }
    }
    return status;
}

static int end(ouro_task **tasks, int count)
{
    for (int i = 0; i < count; i++) {
        int status = join(tasks[i]);

        trace("%s", show(status));
    }
    return 0;
}

OURO_ASYNC(again_and_again)
{
    ouro_semaphore semaphore = OURO_SEMAPHORE_INIT(2);
    ouro_task *tasks[4];

    for (int i = 0; i < 4; i++) {
        tasks[i] = spawn(polite_coro(&semaphore, 3), "p%d", i);
    }
    return end(tasks, 4);
}

OURO_ASYNC(without_letting_others_run)
{
    ouro_semaphore semaphore = OURO_SEMAPHORE_INIT(1);
    ouro_task *tasks[4];

    tasks[0] = spawn(polite_coro(&semaphore, 2), "polite");
    for (int i = 0; i < 3; i++) {
        tasks[1 + i] = spawn(greedy_coro(&semaphore, 3), "g%d", i);
    }
    return end(tasks, 4);
}

OURO_ASYNC(a_newcomer_waits_for_the_woken)
{
    ouro_semaphore semaphore = OURO_SEMAPHORE_INIT(0);
    ouro_task *task = spawn(taker_coro(&semaphore), "first");

    OURO_TRY(ouro_sleep(0));
    OURO_TRY(ouro_semaphore_release(&semaphore));
    OURO_TRY(ouro_semaphore_release(&semaphore));
    trace("locked %d", ouro_semaphore_locked(&semaphore));
    OURO_TRY(ouro_semaphore_acquire(&semaphore));
    trace("second");
    return end(&task, 1);
}

OURO_ASYNC(releases_three_and_takes_one, (ouro_semaphore *, semaphore))
{
    for (int i = 0; i < 3; i++) {
        OURO_TRY(ouro_semaphore_release(semaphore));
    }
    trace("released, locked %d", ouro_semaphore_locked(semaphore));
    return taker(semaphore);
}

OURO_ASYNC(spawns_at_its_turn, (ouro_semaphore *, semaphore), (ouro_task **, ret_task))
{
    OURO_TRY(taker(semaphore));
    *ret_task = spawn(taker_coro(semaphore), "fourth");
    return 0;
}

OURO_ASYNC(those_behind_are_woken_with_the_first)
{
    ouro_semaphore semaphore = OURO_SEMAPHORE_INIT(0);
    ouro_task *tasks[4];

    tasks[0] = spawn(spawns_at_its_turn_coro(&semaphore, &tasks[3]), "first");
    tasks[1] = spawn(releases_three_and_takes_one_coro(&semaphore), "second");
    tasks[2] = spawn(taker_coro(&semaphore), "third");
    OURO_TRY(ouro_sleep(1));
    OURO_TRY(ouro_semaphore_release(&semaphore));
    return end(tasks, 4);
}

OURO_ASYNC(a_cancelled_head_does_not_stop_the_others)
{
    ouro_semaphore semaphore = OURO_SEMAPHORE_INIT(1);
    ouro_task *tasks[4];

    OURO_TRY(ouro_semaphore_acquire(&semaphore));
    for (int i = 0; i < 4; i++) {
        tasks[i] = spawn(taker_coro(&semaphore), "t%d", i);
    }
    OURO_TRY(ouro_sleep(0));
    ouro_task_cancel(tasks[0], NULL);
    OURO_TRY(ouro_sleep(0));
    for (int i = 0; i < 3; i++) {
        OURO_TRY(ouro_semaphore_release(&semaphore));
    }
    return end(tasks, 4);
}

OURO_ASYNC(many_released_at_once)
{
    ouro_semaphore semaphore = OURO_SEMAPHORE_INIT(0);
    ouro_task *tasks[20];

    for (int i = 0; i < 20; i++) {
        tasks[i] = spawn(taker_coro(&semaphore), "t%d", i);
    }
    OURO_TRY(ouro_sleep(0));
    for (int number = 0; number < 15; number++) {
        OURO_TRY(ouro_semaphore_release(&semaphore));
        if (number % 4 == 3) {
            ouro_task_cancel(tasks[number], NULL);
        }
    }
    OURO_TRY(ouro_sleep(1));
    for (int i = 0; i < 5; i++) {
        OURO_TRY(ouro_semaphore_release(&semaphore));
    }
    OURO_TRY(end(tasks, 20));
    trace("locked %d", ouro_semaphore_locked(&semaphore));
    return 0;
}

SCENARIO(CASE(again_and_again), CASE(without_letting_others_run),
         CASE(a_newcomer_waits_for_the_woken), CASE(those_behind_are_woken_with_the_first),
         CASE(a_cancelled_head_does_not_stop_the_others), CASE(many_released_at_once))
