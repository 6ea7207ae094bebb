/* Eager tasks that meet locks, events and timeouts in their first step. */
#include "scenario.h"

static ouro_task *eager(const char *name, ouro_coroutine coroutine)
{
    return ouro_create_task(coroutine, .name = name, .eager_start = OURO_EAGER_YES);
}

/* A negative delay stands for no sleep at all. */
OURO_ASYNC(worker, (ouro_lock *, lock), (double, delay))
{
    int status = 0;

    trace("begins");
    ouro_with_lock (lock, &status) {
        trace("has it");
        if (delay >= 0) {
            status = ouro_sleep(delay);
        }
    }
    if (status == 0) {
        trace("gave it back");
    }
    return status;
}

OURO_ASYNC(a_free_lock)
{
    ouro_lock lock = OURO_LOCK_INIT;
    ouro_task *task = eager("t", worker_coro(&lock, -1));

    trace("done %d, locked %d", ouro_future_done(task), ouro_lock_locked(&lock));
    return join(task);
}

OURO_ASYNC(a_free_lock_that_is_kept)
{
    ouro_lock lock = OURO_LOCK_INIT;
    ouro_task *tasks[3];

    for (int i = 0; i < 3; i++) {
        tasks[i] = eager(text("%c", 'a' + i), worker_coro(&lock, 1));
    }
    trace("locked %d", ouro_lock_locked(&lock));
    join_all(tasks, 3);
    return 0;
}

OURO_ASYNC(among_lazy_ones)
{
    ouro_lock lock = OURO_LOCK_INIT;
    ouro_task *tasks[3];

    tasks[0] = spawn(worker_coro(&lock, 1), "lazy");
    tasks[1] = eager("eager", worker_coro(&lock, 1));
    tasks[2] = spawn(worker_coro(&lock, 1), "lazy too");
    join_all(tasks, 3);
    return 0;
}

OURO_ASYNC(waits, (ouro_event *, event))
{
    trace("begins");
    OURO_TRY(ouro_event_wait(event));
    trace("woke");
    return 0;
}

OURO_ASYNC(an_event)
{
    ouro_event event = OURO_EVENT_INIT;
    ouro_task *first = eager("first", waits_coro(&event));

    ouro_event_set(&event);
    ouro_task *second = eager("second", waits_coro(&event));
    trace("done %d %d", ouro_future_done(first), ouro_future_done(second));
    OURO_TRY(join(first));
    return join(second);
}

OURO_ASYNC(limited, (double, delay))
{
    int status = 0;

    ouro_with_timeout (&status, 1) {
        status = ouro_sleep(delay);
    }
    if (status == 0) {
        trace("in time");
    }
    return status;
}

static void tell_all(ouro_task **tasks, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int status = join(tasks[i]);

        trace("%s", show(status));
    }
}

OURO_ASYNC(a_timeout_in_the_first_step)
{
    ouro_task *tasks[2];

    tasks[0] = eager("slow", limited_coro(2));
    tasks[1] = eager("quick", limited_coro(0.5));
    tell_all(tasks, 2);
    return 0;
}

OURO_ASYNC(cancelled_after_its_first_step)
{
    ouro_lock lock = OURO_LOCK_INIT;
    ouro_task *tasks[2];

    OURO_TRY(ouro_lock_acquire(&lock));
    tasks[0] = eager("a", worker_coro(&lock, 1));
    tasks[1] = eager("b", worker_coro(&lock, 1));
    ouro_task_cancel(tasks[0], NULL);
    OURO_TRY(ouro_lock_release(&lock));
    tell_all(tasks, 2);
    return 0;
}

SCENARIO(CASE(a_free_lock), CASE(a_free_lock_that_is_kept), CASE(among_lazy_ones), CASE(an_event),
         CASE(a_timeout_in_the_first_step), CASE(cancelled_after_its_first_step))
