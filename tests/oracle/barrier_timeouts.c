/* Barriers under limits: a party that gives up leaves a place that another must fill. */
#include "scenario.h"

OURO_ASYNC(party, (ouro_barrier *, barrier), (double, limit), (double, delay))
{
    int status = 0;

    OURO_TRY(ouro_sleep(delay));
    ouro_with_timeout (&status, limit) {
        status = ouro_barrier_wait(barrier);
    }
    if (status < 0) {
        trace("%s", show(status));
    } else {
        trace("passes as %d", status);
    }
    return 0;
}

static ouro_task *start(ouro_barrier *barrier, int number, double limit, double delay)
{
    return spawn(party_coro(barrier, limit, delay), "p%d", number);
}

static int finish(ouro_barrier *barrier, ouro_task **tasks, size_t count)
{
    join_all(tasks, count);
    trace("waiting %d, broken %d", ouro_barrier_n_waiting(barrier), ouro_barrier_broken(barrier));
    return 0;
}

OURO_ASYNC(too_few)
{
    ouro_barrier barrier = OURO_BARRIER_INIT(3);
    ouro_task *tasks[] = { start(&barrier, 0, 1, 0), start(&barrier, 1, 2, 0) };

    return finish(&barrier, tasks, 2);
}

OURO_ASYNC(one_gives_up_and_another_comes)
{
    ouro_barrier barrier = OURO_BARRIER_INIT(2);
    ouro_task *tasks[] = { start(&barrier, 0, 1, 0), start(&barrier, 1, 5, 2),
                           start(&barrier, 2, 5, 3) };

    return finish(&barrier, tasks, 3);
}

OURO_ASYNC(the_last_comes_as_the_time_is_up)
{
    ouro_barrier barrier = OURO_BARRIER_INIT(2);
    ouro_task *tasks[] = { start(&barrier, 0, 1, 0), start(&barrier, 1, 5, 1),
                           start(&barrier, 2, 5, 2) };

    return finish(&barrier, tasks, 3);
}

static int wait_at(void *barrier)
{
    return ouro_barrier_wait((ouro_barrier *) barrier);
}

OURO_ASYNC(aborts, (ouro_barrier *, barrier))
{
    int status = ouro_wait_for(ouro_coro(wait_at, barrier), 1);

    if (status == -ETIMEDOUT) {
        trace("aborts");
        OURO_TRY(ouro_barrier_abort(barrier));
    }
    return 0;
}

OURO_ASYNC(aborted_by_who_gives_up)
{
    ouro_barrier barrier = OURO_BARRIER_INIT(3);
    ouro_task *tasks[] = { start(&barrier, 0, 5, 0), spawn(aborts_coro(&barrier), "a"),
                           spawn(party_coro(&barrier, 5, 2), "late") };

    return finish(&barrier, tasks, 3);
}

OURO_ASYNC(reset_as_the_time_is_up)
{
    ouro_barrier barrier = OURO_BARRIER_INIT(3);
    ouro_task *tasks[] = { start(&barrier, 0, 1, 0), start(&barrier, 1, 5, 0) };

    OURO_TRY(ouro_sleep(1));
    OURO_TRY(ouro_barrier_reset(&barrier));
    return finish(&barrier, tasks, 2);
}

SCENARIO(CASE(too_few), CASE(one_gives_up_and_another_comes),
         CASE(the_last_comes_as_the_time_is_up), CASE(aborted_by_who_gives_up),
         CASE(reset_as_the_time_is_up))
