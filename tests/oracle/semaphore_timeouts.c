/* Semaphores under limits: a waiter whose time is up neither keeps a token nor loses one. */
#include "scenario.h"

OURO_ASYNC(holder, (ouro_semaphore *, semaphore), (double, delay))
{
    OURO_TRY(ouro_semaphore_acquire(semaphore));
    trace("has it");
    OURO_TRY(ouro_sleep(delay));
    OURO_TRY(ouro_semaphore_release(semaphore));
    trace("gave it back");
    return 0;
}

static int acquire(void *semaphore)
{
    return ouro_semaphore_acquire((ouro_semaphore *) semaphore);
}

OURO_ASYNC(limited, (ouro_semaphore *, semaphore), (double, limit), (double, delay))
{
    int status = ouro_wait_for(ouro_coro(acquire, semaphore), limit);

    if (status < 0) {
        trace("%s", show(status));
        return 0;
    }
    trace("has it");
    OURO_TRY(ouro_sleep(delay));
    return ouro_semaphore_release(semaphore);
}

static int finish(ouro_semaphore *semaphore, ouro_task **tasks, size_t count)
{
    join_all(tasks, count);
    trace("locked %d", ouro_semaphore_locked(semaphore));
    return 0;
}

static int beside_a_holder(double delay)
{
    ouro_semaphore semaphore = OURO_SEMAPHORE_INIT(1);
    ouro_task *tasks[] = { spawn(holder_coro(&semaphore, delay), "h"),
                           spawn(limited_coro(&semaphore, 1, 0), "a"),
                           spawn(limited_coro(&semaphore, 5, 0), "b") };

    return finish(&semaphore, tasks, 3);
}

OURO_ASYNC(too_late)
{
    return beside_a_holder(2);
}

OURO_ASYNC(released_as_the_time_is_up)
{
    return beside_a_holder(1);
}

static void release(void *semaphore)
{
    ouro_semaphore_release((ouro_semaphore *) semaphore);
}

OURO_ASYNC(released_after_the_time_is_up)
{
    ouro_semaphore semaphore = OURO_SEMAPHORE_INIT(1);

    OURO_TRY(ouro_semaphore_acquire(&semaphore));
    ouro_task *tasks[] = { spawn(limited_coro(&semaphore, 1, 0), "a"),
                           spawn(limited_coro(&semaphore, 5, 0), "b") };
    OURO_TRY(ouro_sleep(0));
    call_later(1, release, &semaphore);
    return finish(&semaphore, tasks, 2);
}

OURO_ASYNC(all_times_are_up)
{
    ouro_semaphore semaphore = OURO_SEMAPHORE_INIT(2);
    ouro_task *tasks[4];

    OURO_TRY(ouro_semaphore_acquire(&semaphore));
    OURO_TRY(ouro_semaphore_acquire(&semaphore));
    for (int i = 0; i < 4; i++) {
        tasks[i] = spawn(limited_coro(&semaphore, 1, 0), "w%d", i);
    }
    OURO_TRY(ouro_sleep(2));
    release(&semaphore);
    release(&semaphore);
    OURO_TRY(finish(&semaphore, tasks, 4));
    return limited(&semaphore, 1, 0);
}

OURO_ASYNC(a_zero_limit)
{
    ouro_semaphore semaphore = OURO_SEMAPHORE_INIT(1);

    OURO_TRY(limited(&semaphore, 0, 0));
    trace("locked %d", ouro_semaphore_locked(&semaphore));
    return limited(&semaphore, 1, 0);
}

OURO_ASYNC(many_with_short_limits)
{
    ouro_semaphore semaphore = OURO_SEMAPHORE_INIT(2);
    ouro_task *tasks[6];

    for (int i = 0; i < 6; i++) {
        tasks[i] = spawn(limited_coro(&semaphore, 0.5, 0.3), "w%d", i);
    }
    return finish(&semaphore, tasks, 6);
}

SCENARIO(CASE(too_late), CASE(released_as_the_time_is_up), CASE(released_after_the_time_is_up),
         CASE(all_times_are_up), CASE(a_zero_limit), CASE(many_with_short_limits))
