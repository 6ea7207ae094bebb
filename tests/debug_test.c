/* Debug mode: what it reports, and that it says nothing where there is nothing to say. A slow
 * callback duration of 0 makes every step a slow one, so that no test needs real time. */
#include "base/text.h"
#include "harness/test.h"
#include "ouro/gather.h"
#include "ouro/graph.h"
#include "ouro/log.h"
#include "ouro/loop.h"
#include "ouro/runner.h"
#include "ouro/taskgroup.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char log_text[1 << 16];
static struct text log_kept = { .data = log_text, .size = sizeof log_text };

static void keep_log(ouro_log_level level, const char *text, void *arg)
{
    (void) arg;
    if (level != OURO_LOG_INFO)
        text_add(&log_kept, "%s\n", text);
}

static void clear_log(void)
{
    log_kept.len = 0;
    log_text[0] = '\0';
}

#define CHECK_LOGGED(part_) CHECK(strstr(log_text, (part_)) != NULL)
#define CHECK_NOT_LOGGED(part_) CHECK(strstr(log_text, (part_)) == NULL)

#define RUN_DEBUG(coroutine_)                                                                      \
    (ouro_set_log_handler(keep_log, NULL), CHECK_INT(ouro_run((coroutine_), .debug = true), 0))

static void set_slow(double seconds)
{
    CHECK_INT(ouro_loop_set_slow_callback_duration(ouro_get_running_loop(), seconds), 0);
}

OURO_ASYNC(nap, (double, delay))
{
    OURO_TRY(ouro_sleep(delay));
    return 0;
}

OURO_ASYNC(slow_steps)
{
    ouro_task *task;

    set_slow(0);
    task = ouro_create_task(nap_coro(5), .name = "napper");
    OURO_TRY(ouro_sleep(1));
    CHECK_LOGGED("Executing task 'napper' took 0.000 seconds, and led to: sleep until ");
    CHECK_LOGGED("; running nap()\n  created at: ");
    CHECK_LOGGED("debug_test.c:");
#if !defined(OURO_PORTABLE_SWITCH)
    CHECK_LOGGED("stack (innermost call first):\n    ouro_sleep() at debug_test+0x");
    CHECK_LOGGED("\n    nap() at debug_test+0x");
#endif
    clear_log();
    OURO_TRY(ouro_await(task));
    CHECK_LOGGED("Executing task 'napper' took 0.000 seconds, and led to: done");
    set_slow(1000);
    clear_log();
    OURO_TRY(ouro_sleep(1));
    OURO_TRY(ouro_sleep(0));
    CHECK_STR(log_text, "");
    ouro_task_unref(task);
    return 0;
}

TEST_WITH(a_slow_step_is_reported, .backends = TEST_SIM)
{
    RUN_DEBUG(slow_steps_coro());
}

static int calls;

static void count_call(void *arg)
{
    (void) arg;
    calls++;
}

static void count_done(ouro_future *future, void *arg)
{
    (void) future;
    (void) arg;
    calls++;
}

OURO_ASYNC(slow_callbacks)
{
    static ouro_handle handle;
    static ouro_timer timer;
    ouro_loop *loop = ouro_get_running_loop();
    ouro_future *future = ouro_create_future();

    ouro_handle_init(&handle, count_call, NULL);
    ouro_timer_init(&timer, count_call, NULL);
    set_slow(0);
    ouro_loop_call_soon(loop, count_call);
    OURO_TRY(ouro_sleep(0));
    CHECK_LOGGED("Executing callback count_call() at debug_test+0x");
    CHECK_LOGGED(" took 0.000 seconds");
#if !defined(OURO_PORTABLE_SWITCH)
    CHECK_LOGGED("created in (innermost call first):\n    slow_callbacks() at debug_test+0x");
#endif
    ouro_loop_call_later(loop, 1, count_call);
    CHECK_INT(ouro_loop_call_soon_handle(loop, &handle), 0);
    CHECK_INT(ouro_loop_call_later_timer(loop, 2, &timer), 0);
    CHECK_INT(ouro_loop_call_soon_threadsafe(loop, count_call, NULL), 0);
    CHECK_INT(ouro_future_add_done_callback(future, count_done, NULL), 0);
    CHECK_INT(ouro_future_set_result(future, NULL), 0);
    OURO_TRY(ouro_sleep(5));
    CHECK_INT(calls, 6);
    CHECK_LOGGED("Executing callback count_done() at debug_test+0x");
    CHECK_LOGGED("poll took ");
    ouro_future_unref(future);
    set_slow(1000);
    clear_log();
    ouro_loop_call_soon(loop, count_call);
    OURO_TRY(ouro_sleep(1));
    CHECK_INT(calls, 7);
    CHECK_STR(log_text, "");
    return 0;
}

TEST_WITH(slow_callbacks_and_polls_are_reported, .backends = TEST_SIM)
{
    RUN_DEBUG(slow_callbacks_coro());
}

OURO_ASYNC(quiet)
{
    ouro_loop *loop = ouro_get_running_loop();
    ouro_task *task;

    CHECK(!ouro_loop_get_debug(loop));
    set_slow(0);
    task = ouro_create_task(nap_coro(1));
    ouro_loop_call_soon(loop, count_call);
    OURO_TRY(ouro_await(task));
    CHECK_INT(ouro_future_get_creation_stack(task, &(ouro_frame) { 0 }, 1), 0);
    ouro_task_unref(task);
    CHECK_STR(log_text, "");
    return 0;
}

TEST_WITH(nothing_is_reported_outside_debug_mode, .backends = TEST_SIM)
{
    ouro_set_log_handler(keep_log, NULL);
    CHECK_INT(ouro_run(quiet_coro()), 0);
    CHECK_STR(log_text, "");
}

/* Debug mode is turned on and off under tasks that exist. */
OURO_ASYNC(switched)
{
    ouro_loop *loop = ouro_get_running_loop();
    ouro_task *before = ouro_create_task(nap_coro(1), .name = "before");
    ouro_task *meanwhile;
    ouro_task *fresh = ouro_create_task(nap_coro(9), .name = "fresh");

    set_slow(0);
    ouro_loop_set_debug(loop, true);
    ouro_loop_set_debug(loop, true);
    CHECK(ouro_loop_get_debug(loop));
    meanwhile = ouro_create_task(nap_coro(2), .name = "meanwhile");
    OURO_TRY(ouro_sleep(1.5));
    CHECK_LOGGED("Executing task 'before' took");
    CHECK_LOGGED("Executing task 'meanwhile' took");
    ouro_loop_set_debug(loop, false);
    OURO_TRY(ouro_sleep(0));
    clear_log();
    OURO_TRY(ouro_sleep(5));
    CHECK(ouro_future_done(meanwhile));
    OURO_TRY(ouro_await(fresh));
    CHECK_STR(log_text, "");
    ouro_task_unref(before);
    ouro_task_unref(meanwhile);
    ouro_task_unref(fresh);
    return 0;
}

TEST_WITH(debug_mode_is_switched_while_tasks_run, .backends = TEST_SIM)
{
    ouro_set_log_handler(keep_log, NULL);
    CHECK_INT(ouro_run(switched_coro()), 0);
}

static ouro_task *lower(ouro_loop *loop, const ouro_task_options *options, void *arg)
{
    calls++;
    CHECK_PTR(arg, &calls);
    return ouro_task_new_with(loop, options);
}

OURO_ASYNC(with_factory)
{
    ouro_loop *loop = ouro_get_running_loop();
    ouro_frame frames[10];
    ouro_task *task;

    CHECK(ouro_loop_get_task_factory(loop) == NULL);
    ouro_loop_set_task_factory(loop, lower, &calls);
    CHECK(ouro_loop_get_task_factory(loop) == lower);
    task = ouro_create_task(nap_coro(1));
    CHECK_INT(calls, 1);
#if !defined(OURO_PORTABLE_SWITCH)
    CHECK(ouro_future_get_creation_stack(task, frames, 10) > 0);
    CHECK_STR(frames[0].name, "with_factory");
#else
    (void) frames;
#endif
    OURO_TRY(ouro_await(task));
    ouro_task_unref(task);
    ouro_loop_set_debug(loop, false);
    CHECK(ouro_loop_get_task_factory(loop) == lower);
    task = ouro_create_task(nap_coro(1));
    CHECK_INT(calls, 2);
    ouro_loop_set_task_factory(loop, ouro_eager_task_factory, NULL);
    ouro_loop_set_debug(loop, true);
    ouro_task_unref(task);
    task = ouro_create_task(nap_coro(0));
    OURO_TRY(ouro_await(task));
    ouro_task_unref(task);
    return 0;
}

TEST_WITH(the_task_factory_is_the_users, .backends = TEST_SIM)
{
    RUN_DEBUG(with_factory_coro());
}

/* Another thread. */

struct intruder {
    ouro_loop *loop;
    ouro_future *future;
    ouro_task *task;
    int failures;
};

static void expect_refusal(struct intruder *intruder, bool refused)
{
    if (!refused || ouro_error_detail() == NULL || ouro_error_detail()->status != OURO_EWRONGTHREAD)
        intruder->failures++;
}

static void *intrude(void *arg)
{
    struct intruder *intruder = arg;
    ouro_loop *loop = intruder->loop;
    ouro_handle handle;
    ouro_timer timer;

    ouro_handle_init(&handle, count_call, NULL);
    ouro_timer_init(&timer, count_call, NULL);
    expect_refusal(intruder, ouro_loop_call_soon(loop, count_call) == NULL);
    expect_refusal(intruder, ouro_loop_call_later(loop, 1, count_call) == NULL);
    expect_refusal(intruder, ouro_loop_call_at(loop, 1, count_call) == NULL);
    expect_refusal(intruder, ouro_loop_call_soon_handle(loop, &handle) == OURO_EWRONGTHREAD);
    expect_refusal(intruder, ouro_loop_call_later_timer(loop, 1, &timer) == OURO_EWRONGTHREAD);
    expect_refusal(intruder, ouro_loop_create_task(loop, nap_coro(1)) == NULL);
    expect_refusal(intruder, ouro_future_set_result(intruder->future, NULL) == OURO_EWRONGTHREAD);
    expect_refusal(intruder,
                   ouro_future_set_exception(intruder->future, -EIO) == OURO_EWRONGTHREAD);
    expect_refusal(intruder, !ouro_future_cancel(intruder->future, NULL));
    expect_refusal(intruder, !ouro_task_cancel(intruder->task, NULL));
    expect_refusal(intruder, ouro_future_add_done_callback(intruder->future, count_done, NULL) ==
                                 OURO_EWRONGTHREAD);
    ouro_loop_stop(loop);
    if (ouro_loop_call_soon_threadsafe(loop, count_call, NULL) != 0)
        intruder->failures++;
    return NULL;
}

OURO_ASYNC(intruded)
{
    struct intruder intruder = {
        .loop = ouro_get_running_loop(),
        .future = ouro_create_future(),
        .task = ouro_current_task(),
    };
    pthread_t thread;

    CHECK_INT(pthread_create(&thread, NULL, intrude, &intruder), 0);
    CHECK_INT(pthread_join(thread, NULL), 0);
    CHECK_INT(intruder.failures, 0);
    CHECK_LOGGED("call_soon was called from a thread that is not the loop's");
    CHECK_LOGGED("stop was called from a thread that is not the loop's");
    CHECK(!ouro_future_done(intruder.future));
    while (calls == 0)
        OURO_TRY(ouro_sleep(0.001));
    CHECK_INT(calls, 1);
    CHECK_INT(ouro_future_set_result(intruder.future, NULL), 0);
    ouro_future_unref(intruder.future);
    return 0;
}

TEST_ALL_BACKENDS(calls_from_other_threads_are_refused)
{
    RUN_DEBUG(intruded_coro());
}

TEST_WITH(a_loop_that_does_not_run_takes_calls_from_anywhere, .backends = TEST_SIM)
{
    ouro_loop *loop;

    ouro_set_log_handler(keep_log, NULL);
    CHECK_INT(ouro_new_event_loop(&loop, .debug = true), 0);
    CHECK(ouro_loop_call_soon(loop, count_call) != NULL);
    ouro_loop_stop(loop);
    CHECK_INT(ouro_loop_run_forever(loop), 0);
    CHECK_INT(calls, 1);
    CHECK_INT(ouro_loop_close(loop), 0);
    CHECK_STR(log_text, "");
}

/* Reports at the end of tasks and futures. */

OURO_ASYNC(fails)
{
    return ouro_error_set(-EIO, "fails", "on purpose");
}

OURO_ASYNC(swallows)
{
    ouro_ignore(ouro_sleep(5));
    return 0;
}

OURO_ASYNC(takes_back)
{
    if (ouro_sleep(5) == -ECANCELED)
        ouro_task_uncancel(ouro_current_task());
    return 0;
}

static int cancel_after_one(ouro_coroutine coroutine)
{
    ouro_task *task = ouro_create_task(coroutine, .name = "cancelled");
    int status = ouro_sleep(1);

    ouro_task_cancel(task, NULL);
    if (status == 0)
        status = ouro_await(task);
    ouro_task_unref(task);
    return status;
}

OURO_ASYNC(cancels)
{
    CHECK_INT(cancel_after_one(swallows_coro()), 0);
    CHECK_LOGGED("Task 'cancelled' was cancelled but ended with a result, running swallows()");
    CHECK_LOGGED("debug_test.c:");
    clear_log();
    CHECK_INT(cancel_after_one(takes_back_coro()), 0);
    CHECK_INT(cancel_after_one(nap_coro(5)), -ECANCELED);
    CHECK_STR(log_text, "");
    return 0;
}

TEST_WITH(a_swallowed_cancel_is_reported, .backends = TEST_SIM)
{
    RUN_DEBUG(cancels_coro());
}

OURO_ASYNC(unread)
{
    ouro_task *task = ouro_create_task(fails_coro(), .name = "failed");
    ouro_future *future = ouro_create_future();

    OURO_TRY(ouro_sleep(1));
    ouro_task_unref(task);
    CHECK_LOGGED("Task exception was never retrieved\n  task: failed\n  created at: ");
    CHECK_LOGGED("error: EIO: fails: on purpose");
#if !defined(OURO_PORTABLE_SWITCH)
    CHECK_LOGGED("created in (innermost call first):\n    unread() at debug_test+0x");
#endif
    clear_log();
    CHECK_INT(ouro_future_set_exception(future, -EPIPE), 0);
    ouro_future_unref(future);
    CHECK_LOGGED("Future exception was never retrieved\n  error: EPIPE: ");
#if !defined(OURO_PORTABLE_SWITCH)
    CHECK_LOGGED("created in (innermost call first):\n    unread() at debug_test+0x");
#endif
    return 0;
}

TEST_WITH(an_unread_error_tells_where_it_comes_from, .backends = TEST_SIM)
{
    RUN_DEBUG(unread_coro());
}

TEST_WITH(a_task_destroyed_pending_tells_what_it_waited_for, .backends = TEST_SIM)
{
    ouro_loop *loop;

    ouro_set_log_handler(keep_log, NULL);
    CHECK_INT(ouro_new_event_loop(&loop, .debug = true), 0);
    ouro_task_unref(ouro_loop_create_task(loop, nap_coro(5), .name = "lost"));
    ouro_loop_stop(loop);
    CHECK_INT(ouro_loop_run_forever(loop), 0);
    CHECK_INT(ouro_loop_close(loop), 0);
    CHECK_LOGGED("Task was destroyed but it is pending\n  task: lost\n  created at: ");
    CHECK_LOGGED("\n  state: sleep until ");
}

TEST_WITH(a_loop_that_is_never_closed_is_reported, .backends = TEST_SIM)
{
    CHECK_DIES(0, "a loop (backend sim, 0 tasks) was never closed: call ouro_loop_close")
    {
        ouro_loop *loop;

        CHECK_INT(ouro_new_event_loop(&loop, .debug = true), 0);
        CHECK_INT(ouro_new_event_loop(&loop, .debug = true), 0);
        CHECK_INT(ouro_loop_close(loop), 0);
        exit(3);
    }
}

TEST(durations_are_checked)
{
    ouro_loop *loop;

    CHECK_INT(ouro_new_event_loop(&loop, .backend = "sim"), 0);
    CHECK(ouro_loop_get_slow_callback_duration(loop) == 0.1);
    CHECK_INT(ouro_loop_set_slow_callback_duration(loop, 0.5), 0);
    CHECK(ouro_loop_get_slow_callback_duration(loop) == 0.5);
    CHECK_INT(ouro_loop_set_slow_callback_duration(loop, NAN), -EINVAL);
    CHECK_INT(ouro_loop_set_slow_callback_duration(NULL, 1), -EINVAL);
    CHECK(ouro_loop_get_slow_callback_duration(loop) == 0.5);
    CHECK_INT(ouro_loop_close(loop), 0);
}

/* Groups, eager tasks and many tasks run in debug mode as they do without. */
OURO_ASYNC(count_to, (int, limit), (int *, ret_sum))
{
    for (int i = 0; i < limit; i++) {
        OURO_TRY(ouro_sleep(i % 2 == 0 ? 0 : 0.001));
        *ret_sum += 1;
    }
    return 0;
}

OURO_ASYNC(crowd)
{
    int sum = 0;
    int status = 0;

    set_slow(1000);
    ouro_with_task_group (group, &status) {
        for (int i = 0; i < 200; i++)
            ouro_task_group_create_task(&group, count_to_coro(10, &sum),
                                        .eager_start = i % 3 == 0 ? OURO_EAGER_YES
                                                                  : OURO_EAGER_DEFAULT);
    }
    CHECK_INT(status, 0);
    CHECK_INT(sum, 2000);
    CHECK_STR(log_text, "");
    return 0;
}

TEST_ALL_BACKENDS(programs_run_as_without)
{
    RUN_DEBUG(crowd_coro());
}

OURO_ASYNC(reports_under_failures)
{
    ouro_loop *loop = ouro_get_running_loop();
    ouro_task *task;
    ouro_future *future;

    set_slow(0);
    task = ouro_create_task(fails_coro());
    future = ouro_create_future();
    ouro_loop_call_soon(loop, count_call);
    ouro_ignore(ouro_sleep(1));
    if (future != NULL)
        ouro_ignore(ouro_future_set_exception(future, -EPIPE));
    ouro_future_unref(future);
    ouro_task_unref(task);
    return 0;
}

TEST_WITH(memory_may_be_short_in_debug_mode, .backends = TEST_SIM, .allocation_failures = true)
{
    clear_log();
    ouro_set_log_handler(keep_log, NULL);
    ouro_ignore(ouro_run(reports_under_failures_coro(), .debug = true));
}
