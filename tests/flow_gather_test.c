/* Gathers that fail half way, and those that meet themselves. */
#include "harness/test.h"
#include "ouro.h"

#include <errno.h>
#include <string.h>

#define RUN(coroutine) CHECK_INT(ouro_run(coroutine), 0)

static bool detail_says(const char *text)
{
    return ouro_error_detail() != NULL && strstr(ouro_error_detail()->text, text) != NULL;
}

static void start_eagerly(void)
{
    ouro_loop_set_task_factory(ouro_get_running_loop(), ouro_eager_task_factory, NULL);
}

static void set_result(void *future)
{
    CHECK_INT(ouro_future_set_result(future, NULL), 0);
}

OURO_ASYNC(gathers, (ouro_future *, future))
{
    return ouro_gather(future);
}

OURO_ASYNC(gather_inside_a_gather)
{
    ouro_future *future = ouro_create_future();

    start_eagerly();
    CHECK(ouro_loop_call_later(ouro_get_running_loop(), 1, set_result, future) != NULL);
    CHECK_INT(ouro_gather(future, gathers_coro(future), future), 0);
    CHECK_INT(ouro_gather(gathers_coro(future), future), 0);
    ouro_future_unref(future);
    return 0;
}

TEST_WITH(a_child_may_gather_the_same_future, .backends = TEST_SIM)
{
    RUN(gather_inside_a_gather_coro());
}

OURO_ASYNC(writes_late, (int *, place))
{
    int status = ouro_sleep(1);

    CHECK_INT(ouro_sleep(1), 0);
    *place = status;
    return status;
}

OURO_ASYNC(never_runs, (int *, place))
{
    *place = -1;
    return 0;
}

/* Makes so many tasks, then none. */
static ouro_task *make_some(ouro_loop *loop, const ouro_task_options *options, void *left)
{
    if ((*(int *) left)-- > 0)
        return ouro_eager_task_factory(loop, options, NULL);
    return NULL;
}

OURO_ASYNC(fails_half_way)
{
    ouro_future *future = ouro_create_future();
    ouro_loop *loop = ouro_get_running_loop();
    double start = ouro_loop_time(loop);
    int late[2] = { 0, 0 };
    int left = 2;

    ouro_future_cancel(future, "an older request");
    CHECK_INT(ouro_await(future), -ECANCELED);
    ouro_loop_set_task_factory(loop, make_some, &left);
    CHECK_INT(ouro_gather(writes_late_coro(&late[0]), future, writes_late_coro(&late[1]),
                          never_runs_coro(&late[0])),
              -EINVAL);
    CHECK(detail_says("the loop's task factory has made no task"));
    CHECK_INT(late[0], -ECANCELED);
    CHECK_INT(late[1], -ECANCELED);
    CHECK(ouro_loop_time(loop) == start + 1);
    CHECK_INT(ouro_gather(never_runs_coro(&late[0])), -EINVAL);
    CHECK(ouro_gather_future(never_runs_coro(&late[0])) == NULL);
    ouro_loop_set_task_factory(loop, NULL, NULL);
    ouro_future_unref(future);
    return 0;
}

TEST_WITH(children_that_were_made_are_waited_for, .backends = TEST_SIM)
{
    RUN(fails_half_way_coro());
}

OURO_ASYNC(foreign, (ouro_future *, future))
{
    ouro_as_completed iterator;
    ouro_awaitable awaitables[2];
    int late = 0;

    start_eagerly();
    CHECK_INT(ouro_gather(never_runs_coro(&late), future), OURO_EWRONGLOOP);
    awaitables[0] = OURO_AWAITABLE(never_runs_coro(&late));
    awaitables[1] = OURO_AWAITABLE(future);
    CHECK_INT(ouro_as_completed_init(&iterator, awaitables, 2), OURO_EWRONGLOOP);
    CHECK_INT(late, 0);
    return 0;
}

TEST_WITH(nothing_is_started_beside_a_future_of_another_loop, .backends = TEST_SIM)
{
    ouro_loop *other;
    ouro_future *future;

    CHECK_INT(ouro_new_event_loop(&other), 0);
    future = ouro_loop_create_future(other);
    RUN(foreign_coro(future));
    ouro_future_unref(future);
    CHECK_INT(ouro_loop_close(other), 0);
}

OURO_ASYNC(gathers_itself)
{
    return ouro_gather(ouro_current_task());
}

OURO_ASYNC(gathers_its_awaiter, (ouro_task *, awaiter))
{
    return ouro_gather(awaiter);
}

OURO_ASYNC(awaits, (ouro_task **, task))
{
    return ouro_await(*task);
}

OURO_ASYNC(rings)
{
    ouro_task *task = ouro_create_task(gathers_itself_coro());
    ouro_task *other = NULL;

    OURO_TRY(ouro_sleep(0));
    CHECK(ouro_task_cancel(task, "out"));
    CHECK_INT(ouro_await(task), -ECANCELED);
    ouro_task_unref(task);

    task = ouro_create_task(awaits_coro(&other));
    other = ouro_create_task(gathers_its_awaiter_coro(task));
    OURO_TRY(ouro_sleep(0));
    CHECK(ouro_task_cancel(task, "out"));
    CHECK_INT(ouro_await(task), -ECANCELED);
    CHECK_INT(ouro_await(other), -ECANCELED);
    ouro_task_unref(task);
    ouro_task_unref(other);
    return 0;
}

TEST_WITH(a_ring_of_gathers_can_be_cancelled, .backends = TEST_SIM)
{
    RUN(rings_coro());
}
