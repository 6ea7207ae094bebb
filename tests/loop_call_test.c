/* Callbacks and timers: order, cancellation, memory of the caller's and the loop's own. */
#include "base/alloc.h"
#include "harness/test.h"
#include "ouro/context.h"
#include "ouro/loop.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* What ran, as letters. */
static char trace[64];

static void note(const char *text)
{
    size_t used = strlen(trace);

    CHECK(used + strlen(text) < sizeof trace);
    snprintf(trace + used, sizeof trace - used, "%s", text);
}

static void append(void *arg)
{
    note(arg);
}

static ouro_loop *open_loop(void)
{
    ouro_loop *loop = NULL;

    trace[0] = '\0';
    CHECK_INT(ouro_new_event_loop(&loop), 0);
    return loop;
}

static void stop(void *arg)
{
    ouro_loop_stop(arg);
}

/* Runs everything that is due within the time, virtual or real. */
static void run_for(ouro_loop *loop, double seconds)
{
    CHECK(ouro_loop_call_later(loop, seconds, stop, loop) != NULL);
    CHECK_INT(ouro_loop_run_forever(loop), 0);
}

TEST_WITH(soon_is_first_in_first_out, .backends = TEST_SIM)
{
    ouro_loop *loop = open_loop();

    ouro_loop_call_soon(loop, append, "a");
    ouro_loop_call_soon(loop, append, "b");
    ouro_loop_call_soon(loop, append, "c");
    run_for(loop, 0);
    CHECK_STR(trace, "abc");
    ouro_loop_close(loop);
}

static void schedule_again(void *arg)
{
    note("x");
    ouro_loop_call_soon(arg, append, "y");
}

TEST_WITH(what_a_callback_schedules_runs_in_the_next_iteration, .backends = TEST_SIM)
{
    ouro_loop *loop = open_loop();

    ouro_loop_call_soon(loop, schedule_again, loop);
    ouro_loop_call_soon(loop, append, "a");
    ouro_loop_stop(loop);
    CHECK_INT(ouro_loop_run_forever(loop), 0);
    CHECK_STR(trace, "xa");
    ouro_loop_stop(loop);
    CHECK_INT(ouro_loop_run_forever(loop), 0);
    CHECK_STR(trace, "xay");
    ouro_loop_close(loop);
}

TEST_WITH(timers_fire_by_time_then_by_arming, .backends = TEST_SIM)
{
    ouro_loop *loop = open_loop();
    double now = ouro_loop_time(loop);

    ouro_loop_call_later(loop, 2, append, "d");
    ouro_loop_call_later(loop, 1, append, "b");
    ouro_loop_call_at(loop, now + 1, append, "c");
    ouro_loop_call_at(loop, now - 5, append, "a");
    ouro_loop_call_later(loop, 3600 * 24 * 400, append, "f");
    ouro_loop_call_later(loop, 2, append, "e");
    run_for(loop, 10);
    CHECK_STR(trace, "abcde");
    CHECK_INT((int) (ouro_loop_time(loop) - now), 10);
    ouro_loop_close(loop);
}

TEST_WITH(cancelled_handles_do_not_run, .backends = TEST_SIM)
{
    ouro_loop *loop = open_loop();
    ouro_handle *handle = ouro_loop_call_soon(loop, append, "a");
    ouro_timer *timer = ouro_loop_call_later(loop, 1, append, "b");
    ouro_timer *far = ouro_loop_call_later(loop, OURO_FOREVER, append, "c");

    CHECK_INT(ouro_context_size(ouro_handle_get_context(handle)), 0);
    ouro_handle_cancel(handle);
    ouro_timer_cancel(timer);
    ouro_timer_cancel(far);
    run_for(loop, 5);
    CHECK_STR(trace, "");
    ouro_loop_close(loop);
}

TEST_WITH(embedded_handles_are_reused_and_cancelled, .backends = TEST_SIM)
{
    ouro_loop *loop = open_loop();
    ouro_handle handle;
    ouro_timer timer;
    unsigned long before = ouro__alloc_count();

    ouro_handle_init(&handle, append, "a");
    ouro_timer_init(&timer, append, "b");
    CHECK_INT(ouro_loop_call_soon_handle(loop, &handle), 0);
    CHECK_INT(ouro_loop_call_soon_handle(loop, &handle), OURO_EINUSE);
    CHECK_INT(ouro_loop_call_later_timer(loop, 1, &timer), 0);
    CHECK_INT(ouro_loop_call_at_timer(loop, 1, &timer), OURO_EINUSE);
    CHECK(!ouro_handle_cancelled(&handle));
    ouro_handle_cancel(&handle);
    ouro_timer_cancel(&timer);
    CHECK(ouro_handle_cancelled(&handle) && ouro_timer_cancelled(&timer));
    ouro_handle_cancel(&handle);
    ouro_timer_cancel(&timer);
    CHECK_INT(ouro_loop_call_soon_handle(loop, &handle), 0);
    CHECK_INT(ouro_loop_call_later_timer(loop, 1, &timer), 0);
    CHECK(!ouro_handle_cancelled(&handle) && !ouro_timer_cancelled(&timer));
    CHECK((int) (ouro_timer_when(&timer) - ouro_loop_time(loop)) == 1);
    CHECK(ouro__alloc_count() - before <= 2); /* the two messages of OURO_EINUSE */
    run_for(loop, 2);
    CHECK_STR(trace, "ab");
    ouro_loop_close(loop);
}

/* A timer that is due is in the ready queue; a callback before it can still cancel it. */
static void cancel_timer(void *arg)
{
    ouro_timer_cancel(arg);
}

TEST_WITH(a_due_timer_can_be_cancelled_in_its_own_iteration, .backends = TEST_SIM)
{
    ouro_loop *loop = open_loop();
    ouro_timer victim;

    ouro_timer_init(&victim, append, "v");
    ouro_loop_call_later(loop, 1, cancel_timer, &victim);
    CHECK_INT(ouro_loop_call_later_timer(loop, 1, &victim), 0);
    ouro_loop_call_later(loop, 1, append, "a");
    run_for(loop, 3);
    CHECK_STR(trace, "a");
    ouro_loop_close(loop);
}

/* The last runnable of an iteration is cancelled by the one before it. */
static void cancel_handle(void *arg)
{
    ouro_handle_cancel(arg);
    note("x");
}

TEST_WITH(the_last_handle_of_an_iteration_can_be_cancelled, .backends = TEST_SIM)
{
    ouro_loop *loop = open_loop();
    ouro_handle victim;

    ouro_handle_init(&victim, append, "v");
    ouro_loop_call_soon(loop, cancel_handle, &victim);
    CHECK_INT(ouro_loop_call_soon_handle(loop, &victim), 0);
    ouro_loop_stop(loop);
    CHECK_INT(ouro_loop_run_forever(loop), 0);
    CHECK_STR(trace, "x");
    ouro_loop_call_soon(loop, append, "a");
    ouro_loop_stop(loop);
    CHECK_INT(ouro_loop_run_forever(loop), 0);
    CHECK_STR(trace, "xa");
    ouro_loop_close(loop);
}

TEST_WITH(what_never_ran_is_freed_at_the_close, .backends = TEST_SIM)
{
    ouro_loop *loop = open_loop();
    ouro_timer timer;

    ouro_timer_init(&timer, append, "t");
    ouro_loop_call_soon(loop, append, "a");
    ouro_loop_call_later(loop, 5, append, "b");
    CHECK_INT(ouro_loop_call_soon_threadsafe(loop, append, "c"), 0);
    CHECK_INT(ouro_loop_call_later_timer(loop, 7, &timer), 0);
    CHECK_INT(ouro_loop_close(loop), 0);
    CHECK(ouro_timer_cancelled(&timer));
    CHECK_STR(trace, "");
}

TEST_WITH(bad_arguments_are_refused_with_a_reason, .backends = TEST_SIM)
{
    ouro_loop *loop = open_loop();
    ouro_handle handle;

    CHECK_PTR(ouro_loop_call_soon(loop, NULL, NULL), NULL);
    CHECK_INT(ouro_error_detail()->status, -EINVAL);
    CHECK_PTR(ouro_loop_call_soon(NULL, append, NULL), NULL);
    CHECK_PTR(ouro_loop_call_later(loop, NAN, append, NULL), NULL);
    CHECK(strstr(ouro_error_detail()->text, "NaN") != NULL);
    CHECK_PTR(ouro_loop_call_at(NULL, 1, append, NULL), NULL);
    CHECK_INT(ouro_loop_call_soon_threadsafe(loop, NULL, NULL), -EINVAL);
    ouro_handle_init(&handle, NULL, NULL);
    CHECK_INT(ouro_loop_call_soon_handle(loop, &handle), -EINVAL);
    CHECK_INT(ouro_loop_call_soon_handle(loop, NULL), -EINVAL);
    CHECK_INT(ouro_new_event_loop(NULL), -EINVAL);
    CHECK_INT(ouro_new_event_loop(&loop, .backend = "kqueue"), -EINVAL);
    CHECK(strstr(ouro_error_detail()->text, "epoll") != NULL);
    CHECK_INT(ouro_new_event_loop(&loop, .stack_size = (size_t) 1 << 40), -EINVAL);
    CHECK(strstr(ouro_error_detail()->text, "out of range") != NULL);
    ouro_loop_close(loop);
    CHECK_INT(ouro_loop_close(NULL), 0);
}

static ouro_context_var variable = OURO_CONTEXT_VAR("variable");

static void note_variable(void *arg)
{
    (void) arg;
    note(ouro_context_var_get(&variable, "-"));
}

static void set_and_schedule(void *arg)
{
    ouro_context_token token;

    CHECK_INT(ouro_context_var_set(&variable, "1", &token), 0);
    ouro_loop_call_soon(arg, note_variable, NULL);
    ouro_loop_call_later(arg, 1, note_variable, NULL);
    CHECK_INT(ouro_context_var_reset(&token), 0);
    note_variable(NULL);
}

TEST_WITH(callbacks_inherit_the_context_of_their_scheduling, .backends = TEST_SIM)
{
    ouro_loop *loop = open_loop();

    ouro_loop_call_soon(loop, set_and_schedule, loop);
    ouro_loop_call_soon(loop, note_variable, NULL);
    run_for(loop, 2);
    CHECK_STR(trace, "--11");
    ouro_loop_close(loop);
}

TEST_ALLOCATION_FAILURES(every_allocation_of_a_loop_may_fail)
{
    ouro_loop *loop;

    trace[0] = '\0';
    if (ouro_new_event_loop(&loop, .backend = "sim") < 0) {
        CHECK(test_fault_fired());
        return;
    }
    if (ouro_loop_call_soon(loop, append, "a") == NULL)
        CHECK(test_fault_fired());
    if (ouro_loop_call_later(loop, 1, append, "b") == NULL)
        CHECK(test_fault_fired());
    if (ouro_loop_call_soon_threadsafe(loop, append, "c") < 0)
        CHECK(test_fault_fired());
    ouro_loop_stop(loop);
    if (ouro_loop_run_forever(loop) < 0)
        CHECK(test_fault_fired());
    CHECK_INT(ouro_loop_close(loop), 0);
}
