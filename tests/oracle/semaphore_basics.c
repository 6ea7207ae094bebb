/* Semaphores: at most so many at a time, in the order of asking. */
#include "scenario.h"

OURO_ASYNC(worker, (ouro_semaphore *, semaphore), (double, delay), (int, number))
{
    int status = 0;

    ouro_with_semaphore (semaphore, &status) {
        trace("inside, locked %d", ouro_semaphore_locked(semaphore));
        status = ouro_sleep(delay);
        if (status == 0 && number) {
            status = fail(number);
        }
    }
    if (status == 0) {
        trace("outside");
    }
    return status;
}

static int end(ouro_semaphore *semaphore, ouro_task **tasks, int count)
{
    for (int i = 0; i < count; i++) {
        int status = join(tasks[i]);

        trace("%s", show(status));
    }
    trace("locked %d", ouro_semaphore_locked(semaphore));
    return 0;
}

OURO_ASYNC(two_at_a_time)
{
    ouro_semaphore semaphore = OURO_SEMAPHORE_INIT(2);
    ouro_task *tasks[5];

    for (int i = 0; i < 5; i++) {
        tasks[i] = spawn(worker_coro(&semaphore, 1, 0), "w%d", i);
    }
    return end(&semaphore, tasks, 5);
}

OURO_ASYNC(of_different_length)
{
    ouro_semaphore semaphore = OURO_SEMAPHORE_INIT(3);
    ouro_task *tasks[8];

    for (int i = 0; i < 8; i++) {
        tasks[i] = spawn(worker_coro(&semaphore, 1 + i % 3, 0), "w%d", i);
    }
    return end(&semaphore, tasks, 8);
}

OURO_ASYNC(one_fails)
{
    ouro_semaphore semaphore = OURO_SEMAPHORE_INIT(1);
    ouro_task *tasks[4];

    for (int i = 0; i < 4; i++) {
        tasks[i] = spawn(worker_coro(&semaphore, 1, i % 2), "w%d", i);
    }
    return end(&semaphore, tasks, 4);
}

OURO_ASYNC(none_at_first)
{
    ouro_semaphore semaphore = OURO_SEMAPHORE_INIT(0);
    ouro_task *tasks[3];

    trace("locked %d", ouro_semaphore_locked(&semaphore));
    for (int i = 0; i < 3; i++) {
        tasks[i] = spawn(worker_coro(&semaphore, 0, 0), "w%d", i);
    }
    OURO_TRY(ouro_sleep(1));
    OURO_TRY(ouro_semaphore_release(&semaphore));
    trace("locked %d", ouro_semaphore_locked(&semaphore));
    return end(&semaphore, tasks, 3);
}

OURO_ASYNC(more_than_at_first)
{
    ouro_semaphore semaphore;

    OURO_TRY(ouro_semaphore_init(&semaphore, 1));
    for (int i = 0; i < 3; i++) {
        trace("%s", show(ouro_semaphore_release(&semaphore)));
    }
    for (int i = 0; i < 4; i++) {
        trace("locked %d", ouro_semaphore_locked(&semaphore));
        OURO_TRY(ouro_semaphore_acquire(&semaphore));
    }
    trace("locked %d", ouro_semaphore_locked(&semaphore));
    return 0;
}

OURO_ASYNC(without_contention_nothing_else_runs)
{
    ouro_semaphore semaphore = OURO_SEMAPHORE_INIT(3);

    say_soon("another callback");
    for (int i = 0; i < 3; i++) {
        OURO_TRY(ouro_semaphore_acquire(&semaphore));
    }
    trace("three times");
    return ouro_sleep(0);
}

OURO_ASYNC(negative)
{
    ouro_semaphore semaphore;

    trace("%s", show(ouro_semaphore_init(&semaphore, -1)));
    trace("%s", show(ouro_bounded_semaphore_init(&semaphore, -1)));
    return 0;
}

OURO_ASYNC(bounded)
{
    ouro_semaphore semaphore = OURO_BOUNDED_SEMAPHORE_INIT(2);
    ouro_task *tasks[5];

    trace("%s", show(ouro_semaphore_release(&semaphore)));
    OURO_TRY(ouro_semaphore_acquire(&semaphore));
    trace("%s", show(ouro_semaphore_release(&semaphore)));
    trace("%s", show(ouro_semaphore_release(&semaphore)));
    for (int i = 0; i < 5; i++) {
        tasks[i] = spawn(worker_coro(&semaphore, 1, 0), "w%d", i);
    }
    OURO_TRY(end(&semaphore, tasks, 5));
    trace("%s", show(ouro_semaphore_release(&semaphore)));
    return 0;
}

OURO_ASYNC(bounded_to_none)
{
    ouro_semaphore semaphore;

    OURO_TRY(ouro_bounded_semaphore_init(&semaphore, 0));
    trace("%s", show(ouro_semaphore_release(&semaphore)));
    trace("locked %d", ouro_semaphore_locked(&semaphore));
    return 0;
}

OURO_ASYNC(bounded_released_while_others_wait)
{
    ouro_semaphore semaphore = OURO_BOUNDED_SEMAPHORE_INIT(1);
    ouro_task *tasks[2];

    OURO_TRY(ouro_semaphore_acquire(&semaphore));
    for (int i = 0; i < 2; i++) {
        tasks[i] = spawn(worker_coro(&semaphore, 1, 0), "w%d", i);
    }
    OURO_TRY(ouro_sleep(0));
    for (int i = 0; i < 3; i++) {
        trace("%s", show(ouro_semaphore_release(&semaphore)));
    }
    return end(&semaphore, tasks, 2);
}

OURO_ASYNC(timed_out)
{
    static ouro_semaphore semaphore = OURO_SEMAPHORE_INIT(1);

    OURO_TRY(ouro_semaphore_acquire(&semaphore));
    trace("%s", show(ouro_wait_for(worker_coro(&semaphore, 0, 0), 1)));
    OURO_TRY(ouro_semaphore_release(&semaphore));
    trace("%s", show(ouro_wait_for(worker_coro(&semaphore, 5, 0), 1)));
    return end(&semaphore, NULL, 0);
}

SCENARIO(CASE(two_at_a_time), CASE(of_different_length), CASE(one_fails), CASE(none_at_first),
         CASE(more_than_at_first), CASE(without_contention_nothing_else_runs), CASE(negative),
         CASE(bounded), CASE(bounded_to_none), CASE(bounded_released_while_others_wait),
         CASE(timed_out))
