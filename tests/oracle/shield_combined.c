/* shield together with gather, timeouts and itself. */
#include "scenario.h"

OURO_ASYNC(body, (double, delay), (int, value))
{
    int status = ouro_sleep(delay);

    if (status < 0) {
        trace("interrupted");
        return status;
    }
    trace("ends");
    return value < 0 ? fail(-value) : value;
}

static ouro_task *start(int number, double delay, int value)
{
    return spawn(body_coro(delay, value), "t%d", number);
}

/* Cancels a task after a second and tells what it came to. */
static int cancel_and_tell(ouro_task *outer)
{
    OURO_TRY(ouro_sleep(1));
    ouro_task_cancel(outer, NULL);
    trace("%s", show(join(outer)));
    return 0;
}

OURO_ASYNC(gathers_shields, (ouro_task **, tasks))
{
    ouro_future *shields[] = { ouro_shield_future(tasks[0]), ouro_shield_future(tasks[1]) };
    int status = ouro_gather(shields[0], shields[1]);

    unref_all(shields, 2);
    return status;
}

OURO_ASYNC(a_gather_of_shields_is_cancelled)
{
    ouro_task *tasks[] = { start(0, 2, 1), start(1, 3, 2) };

    OURO_TRY(cancel_and_tell(spawn(gathers_shields_coro(tasks), "outer")));
    OURO_TRY(ouro_sleep(3));
    trace("results %s", results(tasks, 2));
    unref_all(tasks, 2);
    return 0;
}

OURO_ASYNC(shields, (ouro_future *, future))
{
    return ouro_shield(future);
}

OURO_ASYNC(a_shield_of_a_gather_is_cancelled)
{
    ouro_task *tasks[] = { start(0, 2, 1), start(1, 3, 2) };
    ouro_future *gathered = ouro_gather_future(tasks[0], tasks[1]);

    OURO_TRY(cancel_and_tell(spawn(shields_coro(gathered), "outer")));
    OURO_TRY(join(gathered));
    trace("results %s", results(tasks, 2));
    unref_all(tasks, 2);
    return 0;
}

OURO_ASYNC(gathers_one_shield, (ouro_task **, tasks))
{
    ouro_future *shield = ouro_shield_future(tasks[0]);
    int status = ouro_gather(shield, tasks[1]);

    ouro_future_unref(shield);
    return status;
}

OURO_ASYNC(one_of_the_gathered_is_shielded)
{
    ouro_task *tasks[] = { start(0, 2, 1), start(1, 3, 2) };

    OURO_TRY(cancel_and_tell(spawn(gathers_one_shield_coro(tasks), "outer")));
    OURO_TRY(ouro_sleep(3));
    trace("results %s", results(tasks, 2));
    unref_all(tasks, 2);
    return 0;
}

OURO_ASYNC(a_shield_of_a_shield)
{
    ouro_task *task = start(0, 2, 3);
    ouro_future *inner = ouro_shield_future(task);
    ouro_future *outer = ouro_shield_future(inner);

    OURO_TRY(ouro_sleep(1));
    bool accepted = ouro_future_cancel(outer, NULL);
    trace("cancel %d, inner shield cancelled %d", accepted, ouro_future_cancelled(inner));
    trace("%s", show(join(inner)));
    trace("%s", show(join(outer)));
    ouro_task_unref(task);
    return 0;
}

OURO_ASYNC(limited, (ouro_task *, task))
{
    int status = 0;

    ouro_with_timeout (&status, 1) {
        status = ouro_shield(task);
    }
    return status;
}

OURO_ASYNC(in_a_timeout)
{
    ouro_task *task = start(0, 3, 4);

    trace("%s", show(limited(task)));
    trace("%s", show(join(task)));
    return 0;
}

OURO_ASYNC(told_shield, (ouro_task *, task))
{
    trace("got %s", show(ouro_shield(task)));
    return 0;
}

OURO_ASYNC(two_shields_of_one_task)
{
    ouro_task *task = start(0, 2, 5);
    ouro_task *outers[] = { spawn(told_shield_coro(task), "outer-0"),
                            spawn(told_shield_coro(task), "outer-1") };

    OURO_TRY(ouro_sleep(1));
    ouro_task_cancel(outers[0], NULL);
    trace("%s", show(join(outers[0])));
    trace("%s", show(join(outers[1])));
    ouro_task_unref(task);
    return 0;
}

OURO_ASYNC(save)
{
    OURO_TRY(ouro_sleep(2));
    trace("saved");
    return 6;
}

OURO_ASYNC(worker)
{
    ouro_task *saving = spawn(save_coro(), "save");
    int status = ouro_shield(saving);

    if (status == -ECANCELED) {
        trace("interrupted, waits for the save");
        trace("save came to %s", show(ouro_await(saving)));
    }
    ouro_task_unref(saving);
    return status;
}

OURO_ASYNC(a_cleanup_that_must_finish)
{
    return cancel_and_tell(spawn(worker_coro(), "worker"));
}

SCENARIO(CASE(a_gather_of_shields_is_cancelled), CASE(a_shield_of_a_gather_is_cancelled),
         CASE(one_of_the_gathered_is_shielded), CASE(a_shield_of_a_shield), CASE(in_a_timeout),
         CASE(two_shields_of_one_task), CASE(a_cleanup_that_must_finish))
