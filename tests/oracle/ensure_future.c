/* ensure_future gives futures back as they are, and makes tasks of coroutines. */
#include "scenario.h"

OURO_ASYNC(give, (int, value))
{
    return value < 0 ? fail(-value) : value;
}

/* Is the object itself what it gives? */
static int is_same(ouro_future *future, ouro_future *expected)
{
    ouro_future_unref(future);
    return future == expected;
}

OURO_ASYNC(futures_as_they_are)
{
    ouro_future *future = ouro_create_future();
    ouro_task *task = ouro_create_task(give_coro(1));

    trace("%d", is_same(ouro_ensure_future(future), future));
    trace("%d", is_same(ouro_ensure_future(task), task));
    trace("%d %d %d", ouro_isfuture(future), ouro_isfuture(task), ouro_iscoroutine(task));
    OURO_TRY(join(task));
    ouro_future_unref(future);
    return 0;
}

OURO_ASYNC(coroutines_become_tasks)
{
    ouro_coroutine coroutine = give_coro(2);

    trace("%d %d", ouro_isfuture(coroutine), ouro_iscoroutine(coroutine));
    ouro_future *future = ouro_ensure_future(coroutine);
    trace("%d %d", ouro_isfuture(future), ouro_future_done(future));
    trace("%s", show(join(future)));
    trace("%s", show(join(ouro_ensure_future(give_coro(-3)))));
    return 0;
}

OURO_ASYNC(of_another_loop)
{
    ouro_loop *other;

    OURO_TRY(ouro_new_event_loop(&other, .backend = "sim"));
    ouro_future *future = ouro_loop_create_future(other);
    trace("%d", is_same(ouro_ensure_future(future), future));
    trace("%d", is_same(ouro_ensure_future(future, .loop = other), future));
    ouro_future *none = ouro_ensure_future(future, .loop = ouro_get_running_loop());
    trace("%s", none == NULL && ouro_error_detail()->status == OURO_EWRONGLOOP ? "ValueError"
                                                                               : "no error");
    ouro_future_unref(future);
    return ouro_loop_close(other);
}

static int on_a_loop_that_does_not_run(void)
{
    ouro_loop *loop = new_loop();
    ouro_task *task = ouro_ensure_future(give_coro(4), .loop = loop);

    trace("%d", ouro_future_done(task));
    trace("%s", show_run(ouro_loop_run_until_complete(loop, task)));
    ouro_task_unref(task);
    close_loop(loop);
    return 0;
}

SCENARIO(CASE(futures_as_they_are), CASE(coroutines_become_tasks), CASE(of_another_loop),
         PLAIN_CASE(on_a_loop_that_does_not_run))
