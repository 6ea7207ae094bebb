/* What the scenarios of barriers that break or lose a party share; barrier_scenario.py is the same
 * for the Python half. */
#ifndef OURO_TESTS_ORACLE_BARRIER_SCENARIO_H
#define OURO_TESTS_ORACLE_BARRIER_SCENARIO_H

#include "scenario.h"

static inline const char *state(const ouro_barrier *barrier)
{
    return text("waiting %d, broken %d", ouro_barrier_n_waiting(barrier),
                ouro_barrier_broken(barrier));
}

/* Waits once, and says what came of it. */
OURO_ASYNC(party, (ouro_barrier *, barrier))
{
    int index = ouro_barrier_wait(barrier);

    if (index < 0) {
        trace("%s, %s", show(index), state(barrier));
        return index;
    }
    trace("index %d, %s", index, state(barrier));
    return 0;
}

/* Starts `count` parties: name0, name1, ... */
static inline void crowd(ouro_barrier *barrier, ouro_task **ret_tasks, int count, const char *name)
{
    for (int i = 0; i < count; i++) {
        ret_tasks[i] = spawn(party_coro(barrier), "%s%d", name, i);
    }
}

/* Lets the others run for so many iterations. */
static inline int steps(int count)
{
    for (int i = 0; i < count; i++) {
        OURO_TRY(ouro_sleep(0));
    }
    return 0;
}

/* Lets everybody run who can, then cancels the tasks and says what they came to. */
static inline int end(ouro_barrier *barrier, ouro_task **tasks, int count)
{
    OURO_TRY(ouro_sleep(1));
    trace("%s", state(barrier));
    for (int i = 0; i < count; i++) {
        ouro_task_cancel(tasks[i], NULL);
    }
    for (int i = 0; i < count; i++) {
        int status = join(tasks[i]);

        trace("%s", show(status));
    }
    trace("%s", state(barrier));
    return 0;
}

#endif
