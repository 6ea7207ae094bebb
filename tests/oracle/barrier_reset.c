/* A reset throws those out who wait; who comes afterwards is of a new round. */
#include "barrier_scenario.h"

OURO_ASYNC(while_it_fills)
{
    ouro_barrier barrier = OURO_BARRIER_INIT(3);
    ouro_task *tasks[5];

    crowd(&barrier, tasks, 2, "p");
    OURO_TRY(steps(2));
    OURO_TRY(ouro_barrier_reset(&barrier));
    trace("%s", state(&barrier));
    crowd(&barrier, tasks + 2, 3, "new");
    return end(&barrier, tasks, 5);
}

OURO_ASYNC(with_nobody_in_it)
{
    ouro_barrier barrier = OURO_BARRIER_INIT(2);
    ouro_task *tasks[2];

    OURO_TRY(ouro_barrier_reset(&barrier));
    trace("%s", state(&barrier));
    crowd(&barrier, tasks, 2, "p");
    return end(&barrier, tasks, 2);
}

OURO_ASYNC(after_every_step)
{
    for (int count = 0; count < 10; count++) {
        ouro_barrier barrier = OURO_BARRIER_INIT(3);
        ouro_task *tasks[5];

        trace("reset after %d", count);
        crowd(&barrier, tasks, 5, "p");
        OURO_TRY(steps(count));
        OURO_TRY(ouro_barrier_reset(&barrier));
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

        trace("reset and newcomers after %d", count);
        crowd(&barrier, tasks, 3, "p");
        OURO_TRY(steps(count));
        crowd(&barrier, tasks + 3, 2, "new");
        OURO_TRY(steps(1));
        OURO_TRY(ouro_barrier_reset(&barrier));
        crowd(&barrier, tasks + 5, 2, "later");
        OURO_TRY(end(&barrier, tasks, 7));
    }
    return 0;
}

OURO_ASYNC(resets, (ouro_barrier *, barrier))
{
    OURO_TRY(ouro_barrier_reset(barrier));
    trace("has reset it, %s", state(barrier));
    return 0;
}

OURO_ASYNC(twice_at_once)
{
    ouro_barrier barrier = OURO_BARRIER_INIT(3);
    ouro_task *tasks[7];

    crowd(&barrier, tasks, 2, "p");
    OURO_TRY(steps(1));
    for (int i = 0; i < 2; i++) {
        tasks[2 + i] = spawn(resets_coro(&barrier), "r%d", i);
    }
    crowd(&barrier, tasks + 4, 3, "new");
    return end(&barrier, tasks, 7);
}

SCENARIO(CASE(while_it_fills), CASE(with_nobody_in_it), CASE(after_every_step),
         CASE(with_newcomers_after_every_step), CASE(twice_at_once))
