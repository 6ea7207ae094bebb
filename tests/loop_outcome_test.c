/* ouro_await_outcome: where it differs from ouro_await, and where it must not. */
#include "harness/test.h"

#include <ouro.h>

#include <errno.h>

struct probe {
    ouro_future *future;
    int outcome;
    int next; /* what the first call that suspends after it returned */
    bool is_over;
};

static int await_outcome(void *arg)
{
    struct probe *probe = arg;

    probe->outcome = ouro_await_outcome(probe->future);
    probe->next = ouro_sleep(0);
    probe->is_over = true;
    return 0;
}

/* Starts a task that waits. */
static ouro_task *start(struct probe *probe)
{
    ouro_task *task;

    probe->future = ouro_create_future();
    task = ouro_create_task(ouro_coro(await_outcome, probe));
    CHECK(probe->future != NULL && task != NULL);
    CHECK_INT(ouro_sleep(0), 0);
    CHECK(!probe->is_over);
    return task;
}

static void finish(struct probe *probe, ouro_task *task, int status)
{
    CHECK_INT(ouro_await(task), status);
    CHECK(probe->is_over);
    ouro_future_unref(task);
    ouro_future_unref(probe->future);
}

#define TEST_OUTCOME(name_)                                                                        \
    static int outcome_##name_(void *arg_);                                                        \
    TEST_ALL_BACKENDS(name_)                                                                       \
    {                                                                                              \
        CHECK_INT(ouro_run(ouro_coro(outcome_##name_, NULL)), 0);                                  \
    }                                                                                              \
    static int outcome_##name_(__attribute__((unused)) void *arg_)

TEST_OUTCOME(it_is_the_status_of_the_future)
{
    struct probe probe = { .is_over = false };
    ouro_task *task = start(&probe);

    CHECK_INT(ouro_future_set_exception(probe.future, -EIO), 0);
    finish(&probe, task, 0);
    CHECK_INT(probe.outcome, -EIO);
    CHECK_INT(probe.next, 0);
    return 0;
}

TEST_OUTCOME(a_cancel_that_comes_late_stays_pending)
{
    struct probe probe = { .is_over = false };
    ouro_task *task = start(&probe);

    CHECK_INT(ouro_future_set_result(probe.future, NULL), 0);
    CHECK(ouro_task_cancel(task, NULL));
    finish(&probe, task, 0);
    CHECK_INT(probe.outcome, 0);
    CHECK_INT(probe.next, -ECANCELED);
    return 0;
}

TEST_OUTCOME(a_failure_is_kept_in_the_same_way)
{
    struct probe probe = { .is_over = false };
    ouro_task *task = start(&probe);

    CHECK_INT(ouro_future_set_exception(probe.future, -EIO), 0);
    CHECK(ouro_task_cancel(task, NULL));
    finish(&probe, task, 0);
    CHECK_INT(probe.outcome, -EIO);
    CHECK_INT(probe.next, -ECANCELED);
    return 0;
}

TEST_OUTCOME(a_cancel_in_time_cancels_the_future)
{
    struct probe probe = { .is_over = false };
    ouro_task *task = start(&probe);

    CHECK(ouro_task_cancel(task, "in time"));
    CHECK(ouro_future_cancelled(probe.future));
    finish(&probe, task, 0);
    CHECK_INT(probe.outcome, -ECANCELED);
    CHECK_INT(probe.next, 0);
    return 0;
}

TEST_OUTCOME(two_cancels_are_delivered_as_one)
{
    struct probe probe = { .is_over = false };
    ouro_task *task = start(&probe);

    CHECK(ouro_task_cancel(task, "first"));
    CHECK(ouro_task_cancel(task, "second"));
    finish(&probe, task, 0);
    CHECK_INT(probe.outcome, -ECANCELED);
    CHECK_INT(probe.next, 0);
    return 0;
}

TEST_OUTCOME(a_done_future_does_not_suspend)
{
    ouro_future *future = ouro_create_future();

    CHECK_INT(ouro_future_set_result(future, NULL), 0);
    CHECK(ouro_task_cancel(ouro_current_task(), NULL));
    CHECK_INT(ouro_await_outcome(future), 0);
    CHECK_INT(ouro_sleep(0), -ECANCELED);
    ouro_future_unref(future);
    return 0;
}

static void complete(void *arg)
{
    CHECK_INT(ouro_future_set_result(arg, NULL), 0);
}

/* A timeout whose time is up in the iteration of the outcome takes its request back. */
static int time_out_late(void *arg)
{
    ouro_loop *loop = ouro_get_running_loop();
    ouro_future *future = ouro_create_future();
    double when = ouro_loop_time(loop) + 1;
    ouro_timeout timeout = { .status_ = NULL };

    (void) arg;
    CHECK(ouro_loop_call_at(loop, when, complete, future) != NULL);
    CHECK_INT(ouro_timeout_enter_at(&timeout, when), 0);
    CHECK_INT(ouro_timeout_exit(&timeout, ouro_await_outcome(future)), 0);
    CHECK(ouro_timeout_expired(&timeout));
    CHECK_INT(ouro_sleep(0), 0);
    ouro_future_unref(future);
    return 0;
}

TEST_WITH(a_timeout_takes_back_what_comes_late, .backends = TEST_SIM)
{
    CHECK_INT(ouro_run(ouro_coro(time_out_late, NULL)), 0);
}
