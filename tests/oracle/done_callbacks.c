/* Done callbacks of tasks run one iteration after the end, in order with the waiters. */
#include "scenario.h"

static void tell(ouro_future *task, void *label)
{
    trace("%s: %s came to %s", (const char *) label, ouro_task_get_name(task), result(task));
}

OURO_ASYNC(body, (int, value))
{
    trace("runs");
    OURO_TRY(ouro_sleep(0.1));
    trace("ends");
    return value < 0 ? fail(-value) : value;
}

OURO_ASYNC(waiter, (ouro_task *, task))
{
    OURO_TRY(ouro_await(task));
    trace("woke");
    return 0;
}

OURO_ASYNC(with_a_waiter_between)
{
    ouro_task *task = spawn(body_coro(1), "t");

    on_done(task, tell, "before");
    ouro_task *other = spawn(waiter_coro(task), "waiter");
    OURO_TRY(ouro_sleep(0));
    on_done(task, tell, "behind");
    OURO_TRY(join(other));
    trace("done");
    ouro_task_unref(task);
    return 0;
}

OURO_ASYNC(for_every_outcome)
{
    static const int values[] = { 1, -2, 3 };
    ouro_task *tasks[3];

    for (int i = 0; i < 3; i++) {
        tasks[i] = spawn(body_coro(values[i]), "t%d", values[i]);
    }
    for (int i = 0; i < 3; i++) {
        on_done(tasks[i], tell, "callback");
    }
    ouro_task_cancel(tasks[2], NULL);
    OURO_TRY(ouro_sleep(1));
    trace("done");
    unref_all(tasks, 3);
    return 0;
}

static void start_another(ouro_future *future, void *ret_task)
{
    (void) future;
    trace("starts another");
    *(ouro_task **) ret_task = spawn(body_coro(7), "second");
}

OURO_ASYNC(a_callback_starts_a_task)
{
    ouro_task *second = NULL;
    ouro_task *first = spawn(body_coro(1), "first");

    on_done(first, start_another, &second);
    OURO_TRY(join(first));
    trace("first is done");
    OURO_TRY(ouro_sleep(0));
    trace("came to %d", join(second));
    return 0;
}

OURO_ASYNC(nap)
{
    return ouro_sleep(0);
}

static void cancel_victim(ouro_future *future, void *victim)
{
    (void) future;
    ouro_task_cancel((ouro_task *) victim, NULL);
}

OURO_ASYNC(a_callback_cancels_a_task)
{
    ouro_task *victim = spawn(body_coro(1), "victim");

    OURO_TRY(ouro_sleep(0.05));
    ouro_task *killer = spawn(nap_coro(), "killer");
    on_done(killer, cancel_victim, victim);
    on_done(victim, tell, "callback");
    OURO_TRY(ouro_sleep(1));
    trace("done");
    ouro_task_unref(killer);
    ouro_task_unref(victim);
    return 0;
}

OURO_ASYNC(removed_from_a_task)
{
    static char label[] = "callback";
    ouro_task *task = spawn(body_coro(1), "t");

    on_done(task, tell, label);
    on_done(task, tell, "stays");
    trace("removed %d", ouro_future_remove_done_callback(task, tell, label));
    OURO_TRY(ouro_await(task));
    OURO_TRY(ouro_sleep(0));
    trace("removed %d", ouro_future_remove_done_callback(task, tell, label));
    ouro_task_unref(task);
    return 0;
}

SCENARIO(CASE(with_a_waiter_between), CASE(for_every_outcome), CASE(a_callback_starts_a_task),
         CASE(a_callback_cancels_a_task), CASE(removed_from_a_task))
