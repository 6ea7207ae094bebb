/* Tasks and futures: what the comparison with CPython cannot show: ownership, misuse, memory,
 * details of errors. */
#include "base/alloc.h"
#include "harness/test.h"
#include "ouro/context.h"
#include "ouro/gather.h"
#include "ouro/log.h"
#include "ouro/runner.h"
#include "ouro/taskgroup.h"
#include "ouro/timeout.h"
#include "ouro/wait.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define RUN(coroutine) CHECK_INT(ouro_run(coroutine), 0)

OURO_ASYNC(give, (int, status))
{
    return status;
}

OURO_ASYNC(sleep_then, (double, delay), (int, status))
{
    OURO_TRY(ouro_sleep(delay));
    return status;
}

OURO_ASYNC(fail_with_text)
{
    OURO_TRY(ouro_sleep(0));
    return ouro_error_set(-EIO, "frobnicate", "disk %d is gone", 7);
}

OURO_ASYNC(details)
{
    ouro_task *task = ouro_create_task(fail_with_text_coro(), .name = "frob");

    CHECK_INT(ouro_await(task), -EIO);
    CHECK_STR(ouro_error_detail()->text, "disk 7 is gone");
    CHECK_STR(ouro_error_detail()->operation, "frobnicate");
    CHECK_STR(ouro_future_exception(task)->text, "disk 7 is gone");
    CHECK_STR(ouro_task_get_name(task), "frob");
    CHECK_STR(ouro_task_get_coro(task), "fail_with_text");
    CHECK(strstr(ouro_task_get_site(task), "task_test.c:") != NULL);
    ouro_task_unref(task);
    return 0;
}

TEST_WITH(a_failure_takes_its_detail_along, .backends = TEST_SIM)
{
    RUN(details_coro());
}

OURO_ASYNC(wide, (int, a), (long, b), (int, c), (int, d), (long, e), (int, f), (int, g), (long, h))
{
    return (int) (a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h);
}

static int plain(void *arg)
{
    return *(int *) arg;
}

OURO_ASYNC(arguments)
{
    int number = 42;
    ouro_coroutine empty = { 0 };
    ouro_coroutine object = wide_coro(1, 1, 1, 1, 1, 1, 1, 1);
    ouro_task *task = ouro_create_task(object);

    CHECK_INT(ouro_await(task), 36);
    ouro_task_unref(task);
    CHECK_INT(ouro_coroutine_await(&object), 36);
    task = ouro_create_task(ouro_coro(plain, &number));
    CHECK_INT(ouro_await(task), 42);
    ouro_task_unref(task);
    CHECK_PTR(ouro_create_task(empty), NULL);
    CHECK_INT(ouro_error_detail()->status, -EINVAL);
    CHECK_INT(ouro_coroutine_await(&empty), -EINVAL);
    CHECK_INT(ouro_coroutine_await(NULL), -EINVAL);
    return 0;
}

TEST_WITH(arguments_are_copied_whole, .backends = TEST_SIM)
{
    RUN(arguments_coro());
}

OURO_ASYNC(deep, (int, kilobytes))
{
    volatile char frame[1024];

    frame[0] = frame[1023] = (char) kilobytes;
    return kilobytes == 0 ? 0 : deep(kilobytes - 1) + frame[0] - frame[1023];
}

OURO_ASYNC(stacks)
{
    size_t sizes[] = { OURO_STACK_SIZE_MIN, 100000, (size_t) 256 << 10, (size_t) 4 << 20 };
    size_t i;

    for (i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        ouro_task *task = ouro_create_task(deep_coro((int) (sizes[i] / 8192)),
                                           .stack_size = sizes[i]);

        CHECK_INT(ouro_await(task), 0);
        ouro_task_unref(task);
    }
    CHECK_PTR(ouro_create_task(give_coro(0), .stack_size = OURO_STACK_SIZE_MAX + 1), NULL);
    CHECK(strstr(ouro_error_detail()->text, "out of range") != NULL);
    return 0;
}

TEST_WITH(a_task_may_have_a_stack_of_its_own_size, .backends = TEST_SIM)
{
    RUN(stacks_coro());
}

/* Uses up any stack. Volatile, so that no compiler turns it into a loop, or sees that it has no
 * end. */
static int descend(volatile char *above)
{
    volatile char frame[512];

    frame[0] = above != NULL ? above[0] : 1;
    return frame[0] == 0 ? 0 : descend(frame) + frame[0];
}

OURO_ASYNC(overflow)
{
    return descend(NULL);
}

OURO_ASYNC(await_overflow)
{
    ouro_task *task = ouro_create_task(overflow_coro(), .name = "reader");

    return ouro_await(task);
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#define SANITIZED (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#else
#define SANITIZED 0
#endif

TEST(a_stack_overflow_names_the_task_and_the_remedy)
{
    if (SANITIZED)
        SKIP("the sanitizer reports overflows itself");
    CHECK_DIES(SIGSEGV, "stack overflow in task 'reader' running overflow created at ")
    {
        ouro_ignore(ouro_run(await_overflow_coro(), .backend = "sim"));
    }
    CHECK_DIES(SIGSEGV, "give it a larger .stack_size")
    {
        ouro_ignore(ouro_run(await_overflow_coro(), .backend = "sim"));
    }
}

static char last_log[256];

static void keep_log(ouro_log_level level, const char *text, void *arg)
{
    (void) level;
    (void) arg;
    (void) snprintf(last_log, sizeof last_log, "%s", text);
}

TEST_WITH(debug_mode_reports_the_deepest_stack, .backends = TEST_SIM)
{
    ouro_set_log_handler(keep_log, NULL);
    CHECK_INT(ouro_run(stacks_coro(), .debug = true), 0);
    CHECK(strstr(last_log, "deepest stack: ") != NULL);
    CHECK(strstr(last_log, "task running deep created at ") != NULL);
}

OURO_ASYNC(await_self, (ouro_task **, self))
{
    return ouro_await(*self);
}

OURO_ASYNC(misuse)
{
    ouro_task *task = NULL;
    ouro_future *future = ouro_create_future();

    CHECK_INT(ouro_await(NULL), -EINVAL);
    task = ouro_create_task(await_self_coro(&task));
    CHECK_INT(ouro_await(task), -EDEADLK);
    CHECK_INT(ouro_future_set_result(task, NULL), -EINVAL);
    CHECK_INT(ouro_future_set_exception(task, -EIO), -EINVAL);
    CHECK(!ouro_task_cancel(task, NULL));
    ouro_task_unref(task);
    CHECK_INT(ouro_future_result(future), OURO_EINVALIDSTATE);
    CHECK_INT(ouro_future_set_exception(future, 5), -EINVAL);
    CHECK_INT(ouro_future_set_result(future, NULL), 0);
    CHECK_INT(ouro_future_set_result(future, NULL), OURO_EINVALIDSTATE);
    CHECK_INT(ouro_future_set_exception(future, -EIO), OURO_EINVALIDSTATE);
    CHECK(!ouro_future_cancel(future, NULL));
    CHECK_PTR(ouro_task_get_name(future), NULL);
    CHECK_INT(ouro_task_set_name(future, "x"), -EINVAL);
    ouro_future_unref(future);
    CHECK_INT(ouro_sleep(NAN), -EINVAL);
    CHECK_INT(ouro_wait(NULL, 0), -EINVAL);
    CHECK_INT(ouro_run(give_coro(0)), OURO_ERUNNING);
    return 0;
}

TEST_WITH(misuse_is_named, .backends = TEST_SIM)
{
    RUN(misuse_coro());
}

/* Errors that nobody reads. */

static char reports[512];

static void report(ouro_loop *loop, const ouro_exception_context *context, void *arg)
{
    size_t used = strlen(reports);

    (void) loop;
    (void) arg;
    snprintf(reports + used, sizeof reports - used, "%s|", context->message);
}

OURO_ASYNC(unread)
{
    ouro_future *future = ouro_create_future();

    reports[0] = '\0';
    ouro_loop_set_exception_handler(ouro_get_running_loop(), report, NULL);
    ouro_task_unref(ouro_create_task(give_coro(-EIO)));
    ouro_ignore(ouro_sleep(0));
    ouro_ignore(ouro_sleep(0));
    CHECK_STR(reports, "Task exception was never retrieved|");
    CHECK_INT(ouro_future_set_exception(future, -EPERM), 0);
    ouro_future_unref(future);
    CHECK_STR(reports, "Task exception was never retrieved|Future exception was never retrieved|");
    future = ouro_create_future();
    CHECK_INT(ouro_future_set_exception(future, -EPERM), 0);
    CHECK_INT(ouro_future_exception(future)->status, -EPERM);
    ouro_future_unref(future);
    CHECK_STR(reports, "Task exception was never retrieved|Future exception was never retrieved|");
    return 0;
}

TEST_WITH(an_error_that_nobody_reads_is_reported, .backends = TEST_SIM)
{
    RUN(unread_coro());
}

OURO_ASYNC(forever)
{
    return ouro_sleep(OURO_FOREVER);
}

TEST_WITH(a_pending_task_is_reported_when_its_loop_closes, .backends = TEST_SIM)
{
    ouro_loop *loop;
    ouro_task *task;

    reports[0] = '\0';
    CHECK_INT(ouro_new_event_loop(&loop), 0);
    ouro_loop_set_exception_handler(loop, report, NULL);
    task = ouro_loop_create_task(loop, forever_coro());
    ouro_loop_stop(loop);
    CHECK_INT(ouro_loop_run_forever(loop), 0);
    CHECK_INT(ouro_loop_close(loop), 0);
    CHECK_STR(reports, "Task was destroyed but it is pending|");
    CHECK(ouro_future_cancelled(task)); /* the reference outlives the loop */
    ouro_task_unref(task);
}

static void note_done(ouro_future *future, void *arg)
{
    CHECK(ouro_future_done(future));
    (*(int *) arg)++;
}

OURO_ASYNC(callbacks)
{
    ouro_future *future = ouro_create_future();
    int first = 0;
    int second = 0;

    CHECK_INT(ouro_future_add_done_callback(future, note_done, &first), 0);
    CHECK_INT(ouro_future_add_done_callback(future, note_done, &second), 0);
    CHECK_INT(ouro_future_add_done_callback(future, note_done, &first), 0);
    CHECK_INT(ouro_future_remove_done_callback(future, note_done, &first), 2);
    CHECK_INT(ouro_future_remove_done_callback(future, note_done, &first), 0);
    CHECK_INT(ouro_future_add_done_callback(future, NULL, NULL), -EINVAL);
    CHECK(ouro_future_cancel(future, "enough"));
    CHECK_STR(ouro_future_exception(future)->text, "enough");
    CHECK_INT(second, 0);
    ouro_future_unref(future); /* the callback holds it until it has run */
    CHECK_INT(ouro_sleep(0), 0);
    CHECK_INT(first, 0);
    CHECK_INT(second, 1);
    future = ouro_create_future();
    CHECK_INT(ouro_future_add_done_callback(future, note_done, &first), 0);
    ouro_future_unref(future); /* never done: the callback goes with it */
    return 0;
}

TEST_WITH(done_callbacks_are_counted_and_freed, .backends = TEST_SIM)
{
    RUN(callbacks_coro());
}

OURO_ASYNC(names)
{
    ouro_task *tasks[4];
    ouro_task *task = ouro_create_task(give_coro(0));

    CHECK(strncmp(ouro_task_get_name(task), "Task-", 5) == 0);
    CHECK_INT(ouro_task_set_name(task, "renamed"), 0);
    CHECK_INT(ouro_task_set_name(task, "renamed twice"), 0);
    CHECK_STR(ouro_task_get_name(task), "renamed twice");
    CHECK_INT(ouro_all_tasks(NULL, tasks, 4), 2);
    CHECK_PTR(tasks[0], ouro_current_task());
    CHECK_PTR(tasks[1], task);
    CHECK_INT(ouro_all_tasks(NULL, NULL, 0), 2);
    CHECK_INT(ouro_await(task), 0);
    CHECK_INT(ouro_all_tasks(NULL, tasks, 4), 1);
    ouro_task_unref(task);
    return 0;
}

TEST_WITH(tasks_have_names_and_are_listed, .backends = TEST_SIM)
{
    RUN(names_coro());
}

/* Groups. */

OURO_ASYNC(group_errors)
{
    const ouro_error *error;
    char text[512];
    int status = 0;

    ouro_with_task_group (group, &status) {
        ouro_task_group_create_task(&group, sleep_then_coro(1, -EIO), .name = "first");
        ouro_task_group_create_task(&group, sleep_then_coro(1, -EPERM), .name = "second");
        ouro_task_group_create_task(&group, sleep_then_coro(9, 0), .name = "third");
    }
    CHECK_INT(status, -EIO);
    error = ouro_error_detail();
    CHECK_INT(error->error_count, 2);
    CHECK_INT(error->errors[0]->status, -EIO);
    CHECK_INT(error->errors[1]->status, -EPERM);
    CHECK_STR(error->errors[0]->task_name, "first");
    CHECK(ouro_error_format(error, text, sizeof text) > 0);
    CHECK(strstr(text, "second") != NULL);
    return 0;
}

TEST_WITH(a_group_lists_its_failures, .backends = TEST_SIM)
{
    RUN(group_errors_coro());
}

static int leave_early(int how)
{
    int status = 0;
    ouro_task *task = NULL;

    ouro_with_task_group (group, &status) {
        task = ouro_task_ref(ouro_task_group_create_task(&group, sleep_then_coro(5, 0)));
        if (how == 0)
            break;
        if (how == 1)
            continue;
        if (how == 2) {
            ouro_task_unref(task);
            return 77;
        }
    }
    CHECK_INT(status, 0);
    CHECK(ouro_future_done(task));
    status = ouro_future_cancelled(task);
    ouro_task_unref(task);
    return status;
}

OURO_ASYNC(leaving)
{
    double before = ouro_loop_time(ouro_get_running_loop());

    CHECK_INT(leave_early(0), 1);
    CHECK_INT(leave_early(2), 77);
    CHECK(ouro_loop_time(ouro_get_running_loop()) - before < 1);
    CHECK_INT(leave_early(1), 0);
    CHECK(ouro_loop_time(ouro_get_running_loop()) - before >= 5);
    return 0;
}

TEST_WITH(leaving_a_group_early_cancels_its_tasks, .backends = TEST_SIM)
{
    RUN(leaving_coro());
}

OURO_ASYNC(group_misuse)
{
    ouro_task_group group = { 0 };
    int status = 0;

    CHECK_PTR(ouro_task_group_create_task(&group, give_coro(0)), NULL);
    CHECK_INT(ouro_task_group_exit(&group, 0), OURO_EINVALIDSTATE);
    CHECK_INT(ouro_task_group_enter(NULL), -EINVAL);
    CHECK_INT(ouro_task_group_enter(&group), 0);
    CHECK_INT(ouro_task_group_enter(&group), OURO_EINVALIDSTATE);
    CHECK_INT(ouro_task_group_exit(&group, 0), 0);
    CHECK_INT(ouro_task_group_exit(&group, 0), OURO_EINVALIDSTATE);
    CHECK_PTR(ouro_task_group_create_task(&group, give_coro(0)), NULL);
    ouro_with_task_group (other, &status) {
        CHECK_PTR(ouro_task_group_create_task(&other, give_coro(0), .stack_size = 3), NULL);
    }
    CHECK_INT(status, -EINVAL); /* the failed spawn comes out of the group */
    return 0;
}

TEST_WITH(misuse_of_groups_is_named, .backends = TEST_SIM)
{
    RUN(group_misuse_coro());
}

OURO_ASYNC(timeout_misuse)
{
    ouro_timeout timeout = { 0 };
    int status = 0;

    CHECK_INT(ouro_timeout_exit(&timeout, 0), OURO_EINVALIDSTATE);
    CHECK_INT(ouro_timeout_reschedule(&timeout, 1), OURO_EINVALIDSTATE);
    CHECK_INT(ouro_timeout_enter(&timeout, NAN), -EINVAL);
    CHECK_INT(ouro_timeout_enter(NULL, 1), -EINVAL);
    ouro_with_timeout (&status, NAN) {
        FAIL("the block must be skipped");
    }
    CHECK_INT(status, -EINVAL);
    CHECK_INT(ouro_timeout_enter(&timeout, 1), 0);
    CHECK_INT(ouro_timeout_enter(&timeout, 1), OURO_EINVALIDSTATE);
    CHECK_INT(ouro_timeout_exit(&timeout, 3), 3);
    CHECK_INT(ouro_timeout_exit(&timeout, 3), OURO_EINVALIDSTATE);
    return 0;
}

TEST_WITH(misuse_of_timeouts_is_named, .backends = TEST_SIM)
{
    RUN(timeout_misuse_coro());
}

/* Memory: everything at once, each allocation failing in turn. */

OURO_ASYNC(everything)
{
    static ouro_context_var variable = OURO_CONTEXT_VAR("variable");
    int statuses[2];
    int status = 0;
    ouro_task *task;

    if (ouro_context_var_set(&variable, statuses, NULL) < 0)
        CHECK(test_fault_fired());
    task = ouro_create_task(sleep_then_coro(1, 0), .name = "named");
    if (task != NULL) {
        ouro_ignore(ouro_wait(&task, 1, .timeout = 0.5));
        ouro_ignore(ouro_wait_for(task, 0.1));
    }
    ouro_task_unref(task);
    ouro_ignore(ouro_gather(sleep_then_coro(1, 0), sleep_then_coro(2, -EIO)));
    ouro_ignore(ouro_gather_return_exceptions(statuses, sleep_then_coro(1, 0), give_coro(-EIO)));
    ouro_ignore(ouro_shield(sleep_then_coro(1, 0)));
    ouro_ignore(ouro_wait_for(sleep_then_coro(3, 0), 0));
    ouro_with_timeout (&status, 1) {
        status = ouro_sleep(2);
    }
    status = 0;
    ouro_with_task_group (group, &status) {
        int i;

        for (i = 0; i < 6; i++)
            ouro_task_group_create_task(&group, sleep_then_coro(1, -EIO));
    }
    return 0;
}

TEST_ALLOCATION_FAILURES(every_allocation_of_a_program_may_fail)
{
    int status = ouro_run(everything_coro(), .backend = "sim");

    CHECK(status == 0 || test_fault_fired());
}

/* A runner: several runs, one loop, one context. */

static ouro_context_var runs = OURO_CONTEXT_VAR("runs");
static int run_count;

OURO_ASYNC(one_run, (ouro_loop **, loop))
{
    int *seen = ouro_context_var_get(&runs, NULL);

    CHECK((seen != NULL) == (run_count > 0));
    run_count++;
    CHECK_INT(ouro_context_var_set(&runs, &run_count, NULL), 0);
    if (*loop != NULL)
        CHECK_PTR(ouro_get_running_loop(), *loop);
    *loop = ouro_get_running_loop();
    ouro_task_unref(ouro_create_task(forever_coro())); /* left for the close to cancel */
    return 5;
}

TEST_WITH(a_runner_keeps_its_loop_and_context, .backends = TEST_SIM)
{
    ouro_runner runner;
    ouro_loop *loop = NULL;
    ouro_loop *own;

    ouro_runner_init(&runner);
    CHECK_INT(ouro_runner_run(&runner, one_run_coro(&loop)), 5);
    CHECK_INT(ouro_runner_run(&runner, one_run_coro(&loop)), 5);
    CHECK_INT(ouro_runner_get_loop(&runner, &own), 0);
    CHECK_PTR(own, loop);
    CHECK_INT(ouro_runner_close(&runner), 0);
    CHECK_INT(ouro_runner_close(&runner), 0);
    CHECK_INT(ouro_runner_run(&runner, one_run_coro(&loop)), OURO_ECLOSED);
    CHECK_INT(ouro_runner_get_loop(&runner, &own), OURO_ECLOSED);
}

/* Ctrl-C. */

OURO_ASYNC(interrupted_once)
{
    CHECK_INT(raise(SIGINT), 0);
    CHECK_INT(ouro_sleep(100), -ECANCELED);
    return -ECANCELED;
}

OURO_ASYNC(interrupted_and_stubborn)
{
    CHECK_INT(raise(SIGINT), 0);
    CHECK_INT(ouro_sleep(100), -ECANCELED);
    return 3;
}

OURO_ASYNC(interrupted_twice)
{
    CHECK_INT(raise(SIGINT), 0);
    CHECK_INT(ouro_sleep(100), -ECANCELED);
    CHECK_INT(raise(SIGINT), 0);
    CHECK_INT(ouro_sleep(100), -ECANCELED); /* cancelled by the runner's close */
    return 4;
}

TEST_BACKENDS(the_first_ctrl_c_cancels_the_second_ends_the_run)
{
    struct sigaction action;

    CHECK_INT(ouro_run(interrupted_once_coro()), OURO_EINTERRUPTED);
    CHECK_INT(ouro_run(interrupted_and_stubborn_coro()), 3);
    CHECK_INT(ouro_run(interrupted_twice_coro()), OURO_EINTERRUPTED);
    CHECK_INT(sigaction(SIGINT, NULL, &action), 0);
    CHECK(action.sa_handler == SIG_DFL);
}

TEST_BACKENDS(a_foreign_handler_of_ctrl_c_is_left_alone)
{
    struct sigaction action;

    CHECK(signal(SIGINT, SIG_IGN) != SIG_ERR);
    CHECK_INT(ouro_run(give_coro(1)), 1);
    CHECK_INT(sigaction(SIGINT, NULL, &action), 0);
    CHECK(action.sa_handler == SIG_IGN);
}
