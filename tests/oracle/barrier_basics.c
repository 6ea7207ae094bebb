/* Barriers: the tasks of a round go on together; who comes meanwhile is of the next round. */
#include "scenario.h"

static const char *state(const ouro_barrier *barrier)
{
    return text("waiting %d of %d, broken %d", ouro_barrier_n_waiting(barrier),
                ouro_barrier_parties(barrier), ouro_barrier_broken(barrier));
}

OURO_ASYNC(party, (ouro_barrier *, barrier), (int, rounds))
{
    for (int turn = 0; turn < rounds; turn++) {
        int index = OURO_TRY(ouro_barrier_wait(barrier));

        trace("turn %d: index %d, %s", turn, index, state(barrier));
    }
    return 0;
}

static void crowd(ouro_barrier *barrier, ouro_task **ret_tasks, int count, int rounds,
                  const char *name)
{
    for (int i = 0; i < count; i++) {
        ret_tasks[i] = spawn(party_coro(barrier, rounds), "%s%d", name, i);
    }
}

static int end(ouro_barrier *barrier, ouro_task **tasks, int count)
{
    for (int i = 0; i < count; i++) {
        int status = join(tasks[i]);

        trace("%s", show(status));
    }
    trace("%s", state(barrier));
    return 0;
}

OURO_ASYNC(one_round)
{
    ouro_barrier barrier = OURO_BARRIER_INIT(3);
    ouro_task *tasks[3];

    trace("%s", state(&barrier));
    crowd(&barrier, tasks, 2, 1, "p");
    OURO_TRY(ouro_sleep(1));
    trace("%s", state(&barrier));
    crowd(&barrier, tasks + 2, 1, 1, "last");
    return end(&barrier, tasks, 3);
}

OURO_ASYNC(many_rounds)
{
    ouro_barrier barrier = OURO_BARRIER_INIT(3);
    ouro_task *tasks[3];

    crowd(&barrier, tasks, 3, 3, "p");
    return end(&barrier, tasks, 3);
}

OURO_ASYNC(more_tasks_than_parties)
{
    ouro_barrier barrier = OURO_BARRIER_INIT(2);
    ouro_task *tasks[6];

    crowd(&barrier, tasks, 6, 1, "p");
    return end(&barrier, tasks, 6);
}

OURO_ASYNC(more_tasks_for_many_rounds)
{
    ouro_barrier barrier = OURO_BARRIER_INIT(2);
    ouro_task *tasks[4];

    crowd(&barrier, tasks, 4, 3, "p");
    return end(&barrier, tasks, 4);
}

OURO_ASYNC(for_one)
{
    ouro_barrier barrier;

    OURO_TRY(ouro_barrier_init(&barrier, 1));
    say_soon("another callback");
    OURO_TRY(party(&barrier, 3));
    trace("%s", state(&barrier));
    return 0;
}

OURO_ASYNC(for_none)
{
    ouro_barrier barrier;

    trace("%s", show(ouro_barrier_init(&barrier, 0)));
    trace("%s", show(ouro_barrier_init(&barrier, -3)));
    return 0;
}

OURO_ASYNC(one_by_one)
{
    ouro_barrier barrier = OURO_BARRIER_INIT(4);
    ouro_task *tasks[4];

    for (int i = 0; i < 4; i++) {
        crowd(&barrier, tasks + i, 1, 1, text("n%d-", i));
        OURO_TRY(ouro_sleep(1));
        trace("%s", state(&barrier));
    }
    return end(&barrier, tasks, 4);
}

OURO_ASYNC(seen_while_it_drains)
{
    ouro_barrier barrier = OURO_BARRIER_INIT(3);
    ouro_task *tasks[3];

    crowd(&barrier, tasks, 3, 1, "p");
    for (int i = 0; i < 8; i++) {
        OURO_TRY(ouro_sleep(0));
        trace("%s", state(&barrier));
    }
    return end(&barrier, tasks, 3);
}

OURO_ASYNC(newcomers_while_it_drains)
{
    for (int steps = 0; steps < 6; steps++) {
        ouro_barrier barrier = OURO_BARRIER_INIT(2);
        ouro_task *tasks[4];

        crowd(&barrier, tasks, 2, 1, "p");
        for (int i = 0; i < steps; i++) {
            OURO_TRY(ouro_sleep(0));
        }
        trace("after %d: %s", steps, state(&barrier));
        crowd(&barrier, tasks + 2, 2, 1, "new");
        OURO_TRY(end(&barrier, tasks, 4));
    }
    return 0;
}

OURO_ASYNC(not_enough)
{
    static ouro_barrier barrier = OURO_BARRIER_INIT(2);

    return ouro_barrier_wait(&barrier);
}

SCENARIO(CASE(one_round), CASE(many_rounds), CASE(more_tasks_than_parties),
         CASE(more_tasks_for_many_rounds), CASE(for_one), CASE(for_none), CASE(one_by_one),
         CASE(seen_while_it_drains), CASE(newcomers_while_it_drains), CASE(not_enough))
