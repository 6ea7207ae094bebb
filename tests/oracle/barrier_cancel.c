/* A task that is cancelled leaves the barrier, and the others wait on. */
#include "barrier_scenario.h"

OURO_ASYNC(while_it_fills)
{
    ouro_barrier barrier = OURO_BARRIER_INIT(3);
    ouro_task *tasks[5];

    crowd(&barrier, tasks, 2, "p");
    OURO_TRY(steps(2));
    ouro_task_cancel(tasks[1], NULL);
    trace("%s", state(&barrier));
    crowd(&barrier, tasks + 2, 3, "new");
    return end(&barrier, tasks, 5);
}

OURO_ASYNC(with_nobody_in_it)
{
    ouro_barrier barrier = OURO_BARRIER_INIT(2);
    ouro_task *tasks[2];

    trace("nobody");
    trace("%s", state(&barrier));
    crowd(&barrier, tasks, 2, "p");
    return end(&barrier, tasks, 2);
}

OURO_ASYNC(after_every_step)
{
    for (int count = 0; count < 10; count++) {
        ouro_barrier barrier = OURO_BARRIER_INIT(3);
        ouro_task *tasks[5];

        trace("cancel after %d", count);
        crowd(&barrier, tasks, 5, "p");
        OURO_TRY(steps(count));
        ouro_task_cancel(tasks[1], NULL);
        trace("%s", state(&barrier));
        OURO_TRY(end(&barrier, tasks, 5));
    }
    return 0;
}

OURO_ASYNC(with_newcomers_after_every_step)
{
    for (int count = 0; count < 8; count++) {
        ouro_barrier barrier = OURO_BARRIER_INIT(2);
        ouro_task *tasks[7];

        trace("cancel and newcomers after %d", count);
        crowd(&barrier, tasks, 3, "p");
        OURO_TRY(steps(count));
        crowd(&barrier, tasks + 3, 2, "new");
        OURO_TRY(steps(1));
        ouro_task_cancel(tasks[1], NULL);
        crowd(&barrier, tasks + 5, 2, "later");
        OURO_TRY(end(&barrier, tasks, 7));
    }
    return 0;
}

OURO_ASYNC(all_but_one)
{
    ouro_barrier barrier = OURO_BARRIER_INIT(3);
    ouro_task *tasks[5];

    crowd(&barrier, tasks, 2, "p");
    OURO_TRY(steps(1));
    for (int i = 0; i < 2; i++) {
        ouro_task_cancel(tasks[i], NULL);
    }
    crowd(&barrier, tasks + 2, 1, "stays");
    OURO_TRY(ouro_sleep(1));
    trace("%s", state(&barrier));
    crowd(&barrier, tasks + 3, 2, "new");
    return end(&barrier, tasks, 5);
}

OURO_ASYNC(timed_out)
{
    static ouro_barrier barrier = OURO_BARRIER_INIT(2);
    ouro_task *task;

    trace("%s", show(ouro_wait_for(party_coro(&barrier), 1)));
    crowd(&barrier, &task, 1, "p");
    trace("%s", show(ouro_wait_for(party_coro(&barrier), 1)));
    return end(&barrier, &task, 1);
}

SCENARIO(CASE(while_it_fills), CASE(with_nobody_in_it), CASE(after_every_step),
         CASE(with_newcomers_after_every_step), CASE(all_but_one), CASE(timed_out))
