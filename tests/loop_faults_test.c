/* The loop where it is easy to get wrong: handlers that do things, objects that outlive the loop or
 * are left pending when it closes, and the letter of asyncio where two requests meet. */
#include "base/alloc.h"
#include "harness/test.h"
#include "ouro/context.h"
#include "ouro/gather.h"
#include "ouro/runner.h"
#include "ouro/taskgroup.h"
#include "ouro/timeout.h"
#include "ouro/wait.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define RUN(coroutine) CHECK_INT(ouro_run(coroutine), 0)

static char reports[512];

static void report(ouro_loop *loop, const ouro_exception_context *context, void *arg)
{
    (void) loop;
    (void) arg;
    size_t used = strlen(reports);

    (void) snprintf(reports + used, sizeof reports - used, "%s|", context->message);
}

static ouro_loop *new_loop(void)
{
    ouro_loop *loop;

    CHECK_INT(ouro_new_event_loop(&loop), 0);
    ouro_loop_set_exception_handler(loop, report, NULL);
    return loop;
}

OURO_ASYNC(give, (int, status))
{
    return status;
}

OURO_ASYNC(sleep_then_add, (int *, sum))
{
    *sum += 1;
    OURO_TRY(ouro_sleep(1));
    *sum += 10;
    return 0;
}

/* A handler that starts a task at once: the failed task's stack is the one it runs on. */
static void start_a_task(ouro_loop *loop, const ouro_exception_context *context, void *arg)
{
    ouro_task *task;

    (void) context;
    task = ouro_loop_create_task(loop, sleep_then_add_coro(arg), .eager_start = OURO_EAGER_YES);
    ouro_task_unref(task);
    task = ouro_loop_create_task(loop, give_coro(0), .eager_start = OURO_EAGER_YES);
    ouro_task_unref(task);
}

OURO_ASYNC(fail_unread, (int *, sum))
{
    ouro_loop_set_exception_handler(ouro_get_running_loop(), start_a_task, sum);
    ouro_task_unref(ouro_create_task(give_coro(-EIO)));
    ouro_task_unref(ouro_create_task(give_coro(-EIO), .eager_start = OURO_EAGER_YES));
    OURO_TRY(ouro_sleep(0));
    CHECK_INT(*sum, 2);
    OURO_TRY(ouro_sleep(2));
    CHECK_INT(*sum, 22);
    return 0;
}

TEST_WITH(an_exception_handler_may_start_tasks_eagerly, .backends = TEST_SIM)
{
    int sum = 0;

    RUN(fail_unread_coro(&sum));
}

/* Names. */

OURO_ASYNC(names)
{
    ouro_task *named = ouro_create_task(give_coro(0), .name = "x");
    ouro_task *first = ouro_create_task(give_coro(0));

    CHECK_STR(ouro_task_get_name(ouro_current_task()), "Task-1");
    CHECK_STR(ouro_task_get_name(first), "Task-2");
    OURO_TRY(ouro_gather(named, first));
    ouro_task_unref(named);
    ouro_task_unref(first);
    return 0;
}

TEST_WITH(a_task_with_a_name_takes_no_number, .backends = TEST_SIM)
{
    RUN(names_coro());
}

/* Cancel requests that come when the wait is over already. */

OURO_ASYNC(await_and_note, (ouro_future *, future), (const char **, message))
{
    int status = future != NULL ? ouro_await(future) : ouro_sleep(10);

    CHECK_INT(status, -ECANCELED);
    CHECK(ouro_error_detail() != NULL);
    *message = strcmp(ouro_error_detail()->text, "A") == 0 ? "A" : "other";
    return 0;
}

OURO_ASYNC(second_requests)
{
    const char *message = "none";
    ouro_task *task = ouro_create_task(await_and_note_coro(NULL, &message));
    ouro_future *future;

    OURO_TRY(ouro_sleep(1));
    ouro_task_cancel(task, "A");
    ouro_task_cancel(task, "B");
    OURO_TRY(ouro_await(task));
    CHECK_STR(message, "A");
    ouro_task_unref(task);

    message = "none";
    future = ouro_create_future();
    task = ouro_create_task(await_and_note_coro(future, &message));
    OURO_TRY(ouro_sleep(1));
    ouro_future_cancel(future, "A");
    ouro_task_cancel(task, "B");
    OURO_TRY(ouro_await(task));
    CHECK_STR(message, "A");
    ouro_task_unref(task);
    ouro_future_unref(future);
    return 0;
}

TEST_WITH(the_message_of_a_delivered_cancel_stays, .backends = TEST_SIM)
{
    RUN(second_requests_coro());
}

OURO_ASYNC(failure_and_cancel)
{
    const char *message = "none";
    ouro_future *future = ouro_create_future();
    ouro_task *task = ouro_create_task(await_and_note_coro(future, &message));

    ouro_loop_set_exception_handler(ouro_get_running_loop(), report, NULL);
    OURO_TRY(ouro_sleep(1));
    CHECK_INT(ouro_future_set_exception(future, -EIO), 0);
    ouro_task_cancel(task, "A");
    OURO_TRY(ouro_await(task));
    CHECK_STR(message, "A");
    ouro_task_unref(task);
    ouro_future_unref(future);
    return 0;
}

TEST_WITH(a_failure_that_a_cancel_overtakes_counts_as_read, .backends = TEST_SIM)
{
    RUN(failure_and_cancel_coro());
    CHECK_STR(reports, "");
}

/* Tasks in a row: more than a recursion has room for; under ThreadSanitizer each is a fiber, of
 * which there are not so many. */
#if defined(__SANITIZE_THREAD__)
#define CHAIN 1000
#elif defined(__has_feature)
#define CHAIN (__has_feature(thread_sanitizer) ? 1000 : 5000)
#else
#define CHAIN 5000
#endif

OURO_ASYNC(await_next, (ouro_task *, next))
{
    return next != NULL ? ouro_await(next) : ouro_sleep(10);
}

OURO_ASYNC(long_chain)
{
    ouro_task *last = NULL;

    for (int i = 0; i < CHAIN; i++) {
        ouro_task *task = ouro_create_task(await_next_coro(last));

        ouro_task_unref(last);
        last = task;
    }
    OURO_TRY(ouro_sleep(1));
    ouro_task_cancel(last, "deep");
    CHECK_INT(ouro_await(last), -ECANCELED);
    CHECK_STR(ouro_error_detail()->text, "deep");
    ouro_task_unref(last);
    return 0;
}

TEST_WITH(a_cancel_goes_down_a_long_chain_of_tasks, .backends = TEST_SIM)
{
    RUN(long_chain_coro());
}

OURO_ASYNC(await_ring, (ouro_task **, next))
{
    return ouro_await(*next);
}

OURO_ASYNC(ring)
{
    ouro_task *tasks[3];

    for (int i = 0; i < 3; i++)
        tasks[i] = ouro_create_task(await_ring_coro(&tasks[(i + 1) % 3]));
    OURO_TRY(ouro_sleep(1));
    CHECK(ouro_task_cancel(tasks[0], NULL)); /* nothing can end them, but the call does */
    for (int i = 0; i < 3; i++)
        ouro_task_unref(tasks[i]);
    return 0;
}

TEST_WITH(a_cancel_of_a_ring_of_tasks_returns, .backends = TEST_SIM)
{
    ouro_loop *loop = new_loop();
    ouro_task *task = ouro_loop_create_task(loop, ring_coro());

    CHECK_INT(ouro_loop_run_until_complete(loop, task), 0);
    ouro_task_unref(task);
    CHECK_INT(ouro_loop_close(loop), 0);
}

/* The close of a loop with things pending. */

OURO_ASYNC(await_only, (ouro_future *, future))
{
    return ouro_await(future);
}

OURO_ASYNC(wait_only, (ouro_future *, future))
{
    return ouro_wait(&future, 1, .timeout = 5);
}

OURO_ASYNC(wait_for_only, (ouro_future *, future))
{
    return ouro_wait_for(future, 5);
}

OURO_ASYNC(group_only)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        ouro_task_group_create_task(&group, await_next_coro(NULL));
        ouro_task_group_create_task(&group, give_coro(0));
    }
    return status;
}

OURO_ASYNC(group_body_only)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        ouro_task_group_create_task(&group, await_next_coro(NULL));
        status = ouro_sleep(5);
    }
    return status;
}

OURO_ASYNC(stubborn)
{
    ouro_ignore(ouro_sleep(5));
    return ouro_sleep(5);
}

OURO_ASYNC(group_that_has_failed)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        ouro_task_group_create_task(&group, stubborn_coro());
        status = ouro_sleep(0);
        if (status == 0)
            status = ouro_error_set(-EIO, "test", "the block fails, and the child goes on");
    }
    return status;
}

/* Runs a few iterations without waiting, and closes. */
static void turn_and_close(ouro_loop *loop)
{
    for (int i = 0; i < 3; i++) {
        ouro_loop_stop(loop);
        CHECK_INT(ouro_loop_run_forever(loop), 0);
    }
    CHECK_INT(ouro_loop_close(loop), 0);
}

TEST_WITH(a_future_outlives_the_loop_and_the_tasks_that_await_it, .backends = TEST_SIM)
{
    ouro_loop *loop = new_loop();
    ouro_future *future = ouro_loop_create_future(loop);

    ouro_task_unref(ouro_loop_create_task(loop, await_only_coro(future)));
    ouro_task_unref(ouro_loop_create_task(loop, wait_only_coro(future)));
    ouro_task_unref(ouro_loop_create_task(loop, wait_for_only_coro(future)));
    turn_and_close(loop);
    CHECK(!ouro_future_done(future));
    ouro_future_unref(future);
}

TEST_WITH(a_future_may_be_completed_after_the_close, .backends = TEST_SIM)
{
    ouro_loop *loop = new_loop();
    ouro_future *first = ouro_loop_create_future(loop);
    ouro_future *second = ouro_loop_create_future(loop);

    ouro_task_unref(ouro_loop_create_task(loop, await_only_coro(first)));
    ouro_task_unref(ouro_loop_create_task(loop, wait_only_coro(second)));
    CHECK_INT(ouro_future_add_done_callback(first, (ouro_done_callback *) NULL, NULL), -EINVAL);
    turn_and_close(loop);
    CHECK_INT(ouro_future_set_result(first, NULL), 0);
    CHECK(ouro_future_cancel(second, "late"));
    ouro_future_unref(first);
    ouro_future_unref(second);
}

static void never(ouro_future *future, void *arg)
{
    (void) future;
    (void) arg;
    FAIL("a callback ran after its loop was closed");
}

TEST_WITH(done_callbacks_are_dropped_at_the_close, .backends = TEST_SIM)
{
    ouro_loop *loop = new_loop();
    ouro_future *first = ouro_loop_create_future(loop);
    ouro_future *second = ouro_loop_create_future(loop);
    ouro_future *third = ouro_loop_create_future(loop);

    CHECK_INT(ouro_future_add_done_callback(first, never, NULL), 0);
    CHECK_INT(ouro_future_add_done_callback(second, never, NULL), 0);
    CHECK_INT(ouro_future_add_done_callback(third, never, NULL), 0);
    CHECK_INT(ouro_future_set_result(third, NULL), 0);
    CHECK_INT(ouro_loop_close(loop), 0);
    CHECK_INT(ouro_future_set_result(first, NULL), 0);
    ouro_future_unref(first);
    ouro_future_unref(second);
    ouro_future_unref(third);
}

TEST_WITH(a_task_outlives_the_loop_and_the_tasks_that_await_it, .backends = TEST_SIM)
{
    ouro_loop *loop = new_loop();
    ouro_task *task = ouro_loop_create_task(loop, await_next_coro(NULL));

    ouro_task_unref(ouro_loop_create_task(loop, await_only_coro(task)));
    ouro_task_unref(ouro_loop_create_task(loop, wait_only_coro(task)));
    ouro_task_unref(ouro_loop_create_task(loop, wait_for_only_coro(task)));
    turn_and_close(loop);
    CHECK(ouro_future_cancelled(task));
    ouro_task_unref(task);
}

TEST_WITH(a_loop_closes_with_groups_pending, .backends = TEST_SIM)
{
    ouro_loop *loop = new_loop();

    ouro_task_unref(ouro_loop_create_task(loop, group_only_coro()));
    ouro_task_unref(ouro_loop_create_task(loop, group_body_only_coro()));
    ouro_task_unref(ouro_loop_create_task(loop, group_that_has_failed_coro()));
    turn_and_close(loop);
}

OURO_ASYNC(gather_only)
{
    int statuses[2];

    return ouro_gather_return_exceptions(statuses, await_next_coro(NULL), give_coro(0));
}

OURO_ASYNC(shield_only)
{
    return ouro_shield(await_next_coro(NULL));
}

TEST_WITH(a_loop_closes_with_gathers_and_shields_pending, .backends = TEST_SIM)
{
    ouro_loop *loop = new_loop();

    ouro_task_unref(ouro_loop_create_task(loop, gather_only_coro()));
    ouro_task_unref(ouro_loop_create_task(loop, shield_only_coro()));
    turn_and_close(loop);
}

OURO_ASYNC(hand_out, (ouro_future **, gather), (ouro_future **, shield), (int, status))
{
    *gather = ouro_gather_future(give_coro(status), give_coro(0));
    *shield = ouro_shield_future(give_coro(status));
    return ouro_sleep(1);
}

TEST_WITH(gathers_and_shields_outlive_the_loop, .backends = TEST_SIM)
{
    ouro_future *gather;
    ouro_future *shield;
    ouro_loop *loop = new_loop();
    ouro_task *task = ouro_loop_create_task(loop, hand_out_coro(&gather, &shield, -EIO));

    CHECK_INT(ouro_loop_run_until_complete(loop, task), 0);
    ouro_task_unref(task);
    CHECK_INT(ouro_loop_close(loop), 0);
    ouro_future_unref(gather);
    ouro_future_unref(shield);
    CHECK_STR(reports,
              "Future exception was never retrieved|Future exception was never retrieved|");
}

static void never_called(void *arg)
{
    (void) arg;
    FAIL("a callback ran after its loop was closed");
}

/* A handler that makes more of what is being ended. */
static void make_more(ouro_loop *loop, const ouro_exception_context *context, void *arg)
{
    int *calls = arg;

    (*calls)++;
    CHECK(*calls < 10);
    if (context->future != NULL)
        ouro_task_cancel(context->future, "too late");
    ouro_task_unref(ouro_loop_create_task(loop, give_coro(0)));
    (void) ouro_loop_call_soon(loop, never_called, NULL);
    (void) ouro_loop_call_later(loop, 1, never_called, NULL);
    CHECK_INT(ouro_loop_call_soon_threadsafe(loop, never_called, NULL), 0);
}

TEST_WITH(a_handler_may_make_tasks_while_the_loop_closes, .backends = TEST_SIM)
{
    int calls = 0;
    ouro_loop *loop = new_loop();

    ouro_loop_set_exception_handler(loop, make_more, &calls);
    ouro_task_unref(ouro_loop_create_task(loop, await_next_coro(NULL)));
    ouro_task_unref(ouro_loop_create_task(loop, gather_only_coro()));
    turn_and_close(loop);
}

/* Stepping the loop from inside itself. */

static void step_inside(void *arg)
{
    ouro_loop *loop = arg;

    CHECK_INT(ouro_loop_run_ready(loop), OURO_ERUNNING);
    CHECK_INT(ouro_loop_poll(loop, 0), OURO_ERUNNING);
    CHECK_INT(ouro_loop_dispatch(loop), OURO_ERUNNING);
    ouro_loop_host_end(loop);
    CHECK_PTR(ouro_get_running_loop(), loop);
}

OURO_ASYNC(step_from_task)
{
    step_inside(ouro_get_running_loop());
    return ouro_sleep(0);
}

TEST_WITH(a_loop_cannot_be_stepped_from_inside, .backends = TEST_SIM)
{
    ouro_loop *loop = new_loop();
    ouro_task *task = ouro_loop_create_task(loop, step_from_task_coro());

    CHECK(ouro_loop_call_soon(loop, step_inside, loop) != NULL);
    CHECK_INT(ouro_loop_run_until_complete(loop, task), 0);
    ouro_task_unref(task);

    task = ouro_loop_create_task(loop, step_from_task_coro());
    CHECK(ouro_loop_call_soon(loop, step_inside, loop) != NULL);
    CHECK_INT(ouro_loop_host_begin(loop), 0);
    CHECK_INT(ouro_loop_run_ready(loop), 2);
    CHECK_INT(ouro_loop_run_ready(loop), 1);
    CHECK(ouro_future_done(task));
    ouro_loop_host_end(loop);
    ouro_task_unref(task);
    CHECK_INT(ouro_loop_close(loop), 0);
}

/* Contexts of callbacks. */

static ouro_context_var variable = OURO_CONTEXT_VAR("variable");

static void expect_value(void *arg)
{
    CHECK_PTR(ouro_context_var_get(&variable, NULL), arg);
    CHECK_INT(ouro_context_var_set(&variable, &variable, NULL), 0);
}

OURO_ASYNC(call_with_context)
{
    int value;

    CHECK_INT(ouro_context_var_set(&variable, &value, NULL), 0);
    CHECK_INT(ouro_loop_call_soon_threadsafe(ouro_get_running_loop(), expect_value, &value), 0);
    CHECK_INT(ouro_loop_call_soon_threadsafe(ouro_get_running_loop(), expect_value, &value), 0);
    OURO_TRY(ouro_sleep(0));
    return 0;
}

TEST_WITH(a_threadsafe_call_has_a_context_of_its_own, .backends = TEST_SIM)
{
    ouro_loop *loop = new_loop();
    ouro_task *task;

    CHECK_INT(ouro_loop_call_soon_threadsafe(loop, expect_value, NULL), 0);
    CHECK_INT(ouro_loop_call_soon_threadsafe(loop, expect_value, NULL), 0);
    task = ouro_loop_create_task(loop, call_with_context_coro());
    CHECK_INT(ouro_loop_run_until_complete(loop, task), 0);
    ouro_task_unref(task);
    CHECK_INT(ouro_loop_close(loop), 0);
}

static void set_value(ouro_loop *loop, const ouro_exception_context *context, void *arg)
{
    (void) loop;
    (void) context;
    CHECK_INT(ouro_context_var_set(&variable, arg, NULL), 0);
}

OURO_ASYNC(fail_with_handler)
{
    ouro_loop_set_exception_handler(ouro_get_running_loop(), set_value, &variable);
    ouro_task_unref(ouro_create_task(give_coro(-EIO)));
    CHECK(ouro_loop_call_soon(ouro_get_running_loop(), expect_value, NULL) != NULL);
    return ouro_sleep(0);
}

TEST_WITH(a_handler_leaves_no_context_behind, .backends = TEST_SIM)
{
    RUN(fail_with_handler_coro());
}

/* Runners. */

OURO_ASYNC(fail_and_leave_a_task)
{
    ouro_task_unref(ouro_create_task(await_next_coro(NULL)));
    OURO_TRY(ouro_sleep(0));
    return ouro_error_set(-EIO, "main", "the disk is gone");
}

TEST_WITH(the_detail_of_a_run_survives_its_shutdown, .backends = TEST_SIM)
{
    CHECK_INT(ouro_run(fail_and_leave_a_task_coro()), -EIO);
    CHECK_STR(ouro_error_text(-EIO), "the disk is gone");
}

static ouro_task *refuse(ouro_loop *loop, const ouro_task_options *options, void *arg)
{
    (void) loop;
    (void) options;
    (void) arg;
    return NULL;
}

static int make_refusing(ouro_loop **ret_loop, void *arg)
{
    (void) arg;
    CHECK_INT(ouro_new_event_loop(ret_loop), 0);
    ouro_loop_set_task_factory(*ret_loop, refuse, NULL);
    return 0;
}

OURO_ASYNC(refused)
{
    int status = 0;
    ouro_loop *loop = ouro_get_running_loop();
    ouro_future *future;

    ouro_loop_set_task_factory(loop, refuse, NULL);
    CHECK(ouro_gather(give_coro(0)) < 0);
    CHECK(ouro_shield(give_coro(0)) < 0);
    CHECK(ouro_wait_for(give_coro(0), -1) < 0);
    CHECK(ouro_gather_future(give_coro(0)) == NULL);
    (void) ouro_error_set(7, "positive", "not an error");
    CHECK(ouro_gather(give_coro(0)) < 0);
    CHECK(ouro_shield(give_coro(0)) < 0);
    (void) ouro_error_set(7, "positive", "not an error");
    ouro_with_task_group (group, &status) {
        CHECK(ouro_task_group_create_task(&group, give_coro(0)) == NULL);
    }
    CHECK(status < 0);
    future = ouro_create_future();
    CHECK_INT(ouro_future_set_result(future, NULL), 0);
    CHECK_INT(ouro_shield(future), 0);
    ouro_future_unref(future);
    return 0;
}

TEST_WITH(a_task_factory_may_fail_without_a_reason, .backends = TEST_SIM)
{
    CHECK(ouro_run(give_coro(0), .loop_factory = make_refusing) < 0);
    RUN(refused_coro());
}

TEST_WITH(null_is_no_loop_and_no_timer, .backends = TEST_SIM)
{
    ouro_runner runner;

    CHECK(ouro_loop_backend(NULL) == NULL);
    CHECK(ouro_loop_backend_reason(NULL) == NULL);
    CHECK(ouro_loop_time(NULL) == 0);
    CHECK(ouro_timer_when(NULL) == OURO_FOREVER);
    ouro_runner_init(&runner);
    CHECK_INT(ouro_runner_get_loop(&runner, NULL), -EINVAL);
    CHECK_INT(ouro_runner_close(&runner), 0);
    CHECK(ouro_eager_task_factory(NULL, NULL, NULL) == NULL);
}
