/* A token that was granted to a cancelled task goes to the next; none is lost, none is doubled. */
#include "scenario.h"

OURO_ASYNC(taker, (ouro_semaphore *, semaphore))
{
    int status = ouro_semaphore_acquire(semaphore);

    if (status < 0) {
        trace("%s, locked %d", show(status), ouro_semaphore_locked(semaphore));
        return status;
    }
    trace("has one, locked %d", ouro_semaphore_locked(semaphore));
    return 0;
}

static int crowd(ouro_semaphore *semaphore, ouro_task **ret_tasks, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        ret_tasks[i] = spawn(taker_coro(semaphore), "t%zu", i);
    }
    return ouro_sleep(0);
}

/* Counts the tokens that are left, then ends those who wait. */
static int end(ouro_semaphore *semaphore, ouro_task **tasks, size_t count)
{
    int left = 0;

    OURO_TRY(ouro_sleep(1));
    trace("done %s", done_flags(tasks, count));
    while (!ouro_semaphore_locked(semaphore)) {
        OURO_TRY(ouro_semaphore_acquire(semaphore));
        left++;
    }
    trace("left %d", left);
    for (size_t i = 0; i < count; i++) {
        ouro_task_cancel(tasks[i], NULL);
    }
    for (size_t i = 0; i < count; i++) {
        int status = join(tasks[i]);

        trace("%s", show(status));
    }
    return 0;
}

OURO_ASYNC(before_the_release)
{
    ouro_semaphore semaphore = OURO_SEMAPHORE_INIT(0);
    ouro_task *tasks[4];

    OURO_TRY(crowd(&semaphore, tasks, 4));
    ouro_task_cancel(tasks[0], NULL);
    ouro_task_cancel(tasks[1], NULL);
    OURO_TRY(ouro_semaphore_release(&semaphore));
    return end(&semaphore, tasks, 4);
}

OURO_ASYNC(after_the_release)
{
    ouro_semaphore semaphore = OURO_SEMAPHORE_INIT(0);
    ouro_task *tasks[3];

    OURO_TRY(crowd(&semaphore, tasks, 3));
    OURO_TRY(ouro_semaphore_release(&semaphore));
    ouro_task_cancel(tasks[0], NULL);
    return end(&semaphore, tasks, 3);
}

OURO_ASYNC(all_that_were_granted)
{
    ouro_semaphore semaphore = OURO_SEMAPHORE_INIT(0);
    ouro_task *tasks[5];

    OURO_TRY(crowd(&semaphore, tasks, 5));
    for (int i = 0; i < 3; i++) {
        OURO_TRY(ouro_semaphore_release(&semaphore));
    }
    for (int i = 0; i < 3; i++) {
        ouro_task_cancel(tasks[i], NULL);
    }
    return end(&semaphore, tasks, 5);
}

OURO_ASYNC(the_last_one)
{
    ouro_semaphore semaphore = OURO_SEMAPHORE_INIT(0);
    ouro_task *task;

    OURO_TRY(crowd(&semaphore, &task, 1));
    OURO_TRY(ouro_semaphore_release(&semaphore));
    ouro_task_cancel(task, NULL);
    trace("locked %d", ouro_semaphore_locked(&semaphore));
    return end(&semaphore, &task, 1);
}

OURO_ASYNC(spare_tokens_wake_more)
{
    ouro_semaphore semaphore = OURO_SEMAPHORE_INIT(0);
    ouro_task *tasks[4];

    OURO_TRY(crowd(&semaphore, tasks, 1));
    for (int i = 0; i < 3; i++) {
        OURO_TRY(ouro_semaphore_release(&semaphore));
    }
    trace("locked %d", ouro_semaphore_locked(&semaphore));
    for (int i = 0; i < 3; i++) {
        tasks[1 + i] = spawn(taker_coro(&semaphore), "late%d", i);
    }
    return end(&semaphore, tasks, 4);
}

OURO_ASYNC(spare_tokens_after_a_cancel)
{
    ouro_semaphore semaphore = OURO_SEMAPHORE_INIT(0);
    ouro_task *tasks[5];

    OURO_TRY(crowd(&semaphore, tasks, 1));
    for (int i = 0; i < 3; i++) {
        OURO_TRY(ouro_semaphore_release(&semaphore));
    }
    ouro_task_cancel(tasks[0], NULL);
    for (int i = 0; i < 4; i++) {
        tasks[1 + i] = spawn(taker_coro(&semaphore), "late%d", i);
    }
    return end(&semaphore, tasks, 5);
}

OURO_ASYNC(cancels_the_next, (ouro_semaphore *, semaphore), (ouro_task **, tasks))
{
    int status = 0;

    ouro_with_semaphore (semaphore, &status) {
        status = ouro_sleep(0);
    }
    ouro_task_cancel(tasks[1], NULL);
    return status;
}

OURO_ASYNC(cancelled_by_who_has_released)
{
    ouro_semaphore semaphore = OURO_SEMAPHORE_INIT(1);
    ouro_task *tasks[2];

    tasks[0] = spawn(cancels_the_next_coro(&semaphore, tasks), "c");
    tasks[1] = spawn(taker_coro(&semaphore), "t");
    return end(&semaphore, tasks, 2);
}

OURO_ASYNC(cancels_itself, (ouro_semaphore *, semaphore))
{
    ouro_task_cancel(ouro_current_task(), NULL);
    return taker(semaphore);
}

OURO_ASYNC(a_request_from_before)
{
    ouro_semaphore semaphore = OURO_SEMAPHORE_INIT(1);
    ouro_task *tasks[2] = {
        spawn(cancels_itself_coro(&semaphore), "free"),
        spawn(cancels_itself_coro(&semaphore), "locked"),
    };

    return end(&semaphore, tasks, 2);
}

OURO_ASYNC(holder, (ouro_semaphore *, semaphore))
{
    int status = 0;

    ouro_with_semaphore (semaphore, &status) {
        trace("inside");
        OURO_TRY(ouro_sleep(0));
        OURO_TRY(ouro_sleep(0));
    }
    return status;
}

static int cancel_after(int victim, int steps)
{
    ouro_semaphore semaphore = OURO_SEMAPHORE_INIT(2);
    ouro_task *tasks[5];

    trace("cancel h%d after %d", victim, steps);
    for (int i = 0; i < 5; i++) {
        tasks[i] = spawn(holder_coro(&semaphore), "h%d", i);
    }
    for (int i = 0; i < steps; i++) {
        OURO_TRY(ouro_sleep(0));
    }
    ouro_task_cancel(tasks[victim], NULL);
    ouro_task_cancel(tasks[(victim + 1) % 5], NULL);
    return end(&semaphore, tasks, 5);
}

OURO_ASYNC(a_cancel_after_every_step)
{
    for (int victim = 0; victim < 4; victim++) {
        for (int steps = 0; steps < 8; steps++) {
            OURO_TRY(cancel_after(victim, steps));
        }
    }
    return 0;
}

SCENARIO(CASE(before_the_release), CASE(after_the_release), CASE(all_that_were_granted),
         CASE(the_last_one), CASE(spare_tokens_wake_more), CASE(spare_tokens_after_a_cancel),
         CASE(cancelled_by_who_has_released), CASE(a_request_from_before),
         CASE(a_cancel_after_every_step))
