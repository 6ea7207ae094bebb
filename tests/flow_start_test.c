/* Tasks that are started and waited for until they say that they are ready. */
#include "harness/test.h"
#include "ouro.h"

#include <errno.h>
#include <string.h>

#define RUN(coroutine) CHECK_INT(ouro_run(coroutine), 0)

static double time_now(void)
{
    return ouro_loop_time(ouro_get_running_loop());
}

static bool detail_says(const char *text)
{
    return ouro_error_detail() != NULL && strstr(ouro_error_detail()->text, text) != NULL;
}

static void cancel_task(void *task)
{
    ouro_task_cancel(task, "from outside");
}

static void later(double delay, ouro_callback *callback, void *arg)
{
    CHECK(ouro_loop_call_later(ouro_get_running_loop(), delay, callback, arg) != NULL);
}

OURO_ASYNC(fails_soon)
{
    OURO_TRY(ouro_sleep(1));
    return -EIO;
}

OURO_ASYNC(serve, (double, delay), (int, port), (int, status))
{
    OURO_TRY(ouro_sleep(delay));
    if (port >= 0) {
        CHECK_INT(ouro_task_started(port), 0);
        CHECK_INT(ouro_task_started(port), OURO_EINVALIDSTATE);
        OURO_TRY(ouro_sleep(delay));
    }
    return status;
}

OURO_ASYNC(starts)
{
    int status = 0;
    double start = time_now();

    CHECK_INT(ouro_task_started(1), OURO_EINVALIDSTATE);
    CHECK_INT(ouro_task_started(-1), -EINVAL);
    ouro_with_task_group (group, &status) {
        CHECK_INT(ouro_task_group_start(&group, serve_coro(1, 8080, 0), .name = "server"), 8080);
        CHECK(time_now() == start + 1);
        CHECK_INT(ouro_task_group_start(&group, serve_coro(1, -1, -EIO)), -EIO);
        CHECK_INT(ouro_task_group_start(&group, serve_coro(1, -1, 5)), OURO_EINVALIDSTATE);
        CHECK(detail_says("without calling ouro_task_started"));
        CHECK_INT(ouro_task_group_start(&group, serve_coro(0, 0, 0), .eager_start = OURO_EAGER_YES),
                  0);
    }
    CHECK_INT(status, 0);
    ouro_with_task_group (group, &status) {
        CHECK_INT(ouro_task_group_start(&group, serve_coro(1, 1, -EIO)), 1);
    }
    CHECK_INT(status, -EIO);
    return 0;
}

OURO_ASYNC(starter, (ouro_task_group *, group), (int *, ret_status))
{
    *ret_status = ouro_task_group_start(group, serve_coro(5, 1, 0));
    return *ret_status;
}

OURO_ASYNC(start_cancelled)
{
    int status = 0;
    int started = 0;
    int tasks;
    ouro_task *task;
    double start = time_now();

    ouro_with_task_group (group, &status) {
        task = ouro_create_task(starter_coro(&group, &started));
        later(1, cancel_task, task);
        CHECK_INT(ouro_await(task), -ECANCELED);
        tasks = ouro_all_tasks(NULL, NULL, 0);
        CHECK_INT(tasks, 1);
        CHECK_INT(started, -ECANCELED);
        ouro_task_unref(task);
    }
    CHECK_INT(status, 0);
    CHECK(time_now() == start + 1);
    ouro_with_move_on_after(&status, 1)
    {
        ouro_with_task_group (group, &status) {
            status = ouro_task_group_start(&group, serve_coro(5, 1, 0));
        }
    }
    CHECK_INT(status, 0);
    ouro_with_task_group (group, &status) {
        ouro_task_group_create_task(&group, fails_soon_coro());
        ouro_task_group_create_task(&group, starter_coro(&group, &started));
    }
    CHECK_INT(status, -EIO);
    CHECK_INT(started, -ECANCELED);
    return 0;
}

TEST_WITH(start_waits_until_the_task_is_ready, .backends = TEST_SIM)
{
    RUN(starts_coro());
    RUN(start_cancelled_coro());
    CHECK_INT(ouro_task_started(1), OURO_ENOLOOP);
}

OURO_ASYNC(serves_alone)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        int port = ouro_task_group_start(&group, serve_coro(0, 7, 0));

        CHECK(port == 7 || port == -ENOMEM);
        status = port < 0 ? port : 0;
    }
    return status;
}

TEST_ALLOCATION_FAILURES(a_start_without_memory_fails_and_leaves_nothing)
{
    int status = ouro_run(serves_alone_coro());

    CHECK(status == 0 || test_fault_fired());
}
