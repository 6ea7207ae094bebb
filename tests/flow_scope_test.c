/* Scopes of a task: their order, cancel scopes with their level trigger and shields, and what they
 * do together with timeouts, groups and gather. What asyncio defines is compared with CPython. */
#include "harness/test.h"
#include "ouro.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define RUN(coroutine) CHECK_INT(ouro_run(coroutine), 0)

static int cancelling(void)
{
    return ouro_task_cancelling(ouro_current_task());
}

static double time_now(void)
{
    return ouro_loop_time(ouro_get_running_loop());
}

static bool detail_says(const char *text)
{
    return ouro_error_detail() != NULL && strstr(ouro_error_detail()->text, text) != NULL;
}

OURO_ASYNC(sleep_and_add, (int *, ends), (double, delay))
{
    int status = ouro_sleep(delay);

    *ends += 1;
    return status;
}

static void cancel_scope(void *scope)
{
    ouro_cancel_scope_cancel(scope);
}

static void cancel_task(void *task)
{
    ouro_task_cancel(task, "from outside");
}

static void later(double delay, ouro_callback *callback, void *arg)
{
    CHECK(ouro_loop_call_later(ouro_get_running_loop(), delay, callback, arg) != NULL);
}

/* The order of scopes. */

OURO_ASYNC(wrong_order)
{
    ouro_timeout outer = { .status_ = NULL };
    ouro_timeout inner = { .status_ = NULL };
    ouro_cancel_scope scope = { .status_ = NULL };
    ouro_task_group group = { .flags_ = 0 };

    CHECK_INT(ouro_timeout_enter(&outer, 1), 0);
    CHECK_INT(ouro_timeout_enter(&inner, 2), 0);
    CHECK_INT(ouro_timeout_exit(&outer, 7), OURO_ENOTNESTED);
    CHECK(detail_says("the timeout was left while a timeout that was entered after it is open"));
    CHECK_INT(ouro_timeout_exit(&outer, 7), OURO_EINVALIDSTATE);
    CHECK_INT(ouro_sleep(1.5), 0); /* the outer one is disarmed */
    CHECK_INT(ouro_sleep(1), -ECANCELED);
    CHECK_INT(ouro_timeout_exit(&inner, -ECANCELED), -ETIMEDOUT);

    CHECK_INT(ouro_cancel_scope_enter(&scope, .shield = true, .delay = 1), 0);
    CHECK_INT(ouro_task_group_enter(&group), 0);
    ouro_cancel_scope_cancel(&scope);
    CHECK_INT(ouro_cancel_scope_exit(&scope, 3), OURO_ENOTNESTED);
    CHECK(detail_says("the cancel scope was left while a task group"));
    CHECK_INT(cancelling(), 0);
    CHECK_INT(ouro_sleep(0), 0); /* the level is gone, and so is the shield */
    ouro_task_cancel(ouro_current_task(), NULL);
    CHECK_INT(ouro_sleep(0), -ECANCELED);
    CHECK_INT(ouro_task_uncancel(ouro_current_task()), 0);
    CHECK_INT(ouro_task_group_exit(&group, 0), 0);
    return 0;
}

OURO_ASYNC(group_in_wrong_order)
{
    int ends = 0;
    ouro_timeout inner = { .status_ = NULL };
    ouro_task_group group = { .flags_ = 0 };

    CHECK_INT(ouro_task_group_enter(&group), 0);
    CHECK(ouro_task_group_create_task(&group, sleep_and_add_coro(&ends, 1)) != NULL);
    CHECK_INT(ouro_timeout_enter(&inner, 5), 0);
    CHECK_INT(ouro_task_group_exit(&group, 0), OURO_ENOTNESTED);
    CHECK(detail_says("the task group was left while a timeout"));
    CHECK_INT(ends, 1);
    CHECK_INT(ouro_timeout_exit(&inner, 4), 4);
    return 0;
}

TEST_WITH(scopes_left_in_the_wrong_order_say_so, .backends = TEST_SIM)
{
    RUN(wrong_order_coro());
    RUN(group_in_wrong_order_coro());
}

OURO_ASYNC(leave_foreign, (ouro_timeout *, timeout), (ouro_cancel_scope *, scope))
{
    CHECK_INT(ouro_timeout_exit(timeout, 0), OURO_EINVALIDSTATE);
    CHECK(detail_says("only the task that entered"));
    CHECK_INT(ouro_cancel_scope_exit(scope, 0), OURO_EINVALIDSTATE);
    CHECK(detail_says("only the task that entered"));
    return 0;
}

OURO_ASYNC(misuse)
{
    ouro_timeout timeout = { .status_ = NULL };
    ouro_cancel_scope scope = { .status_ = NULL };
    ouro_task *task;

    CHECK_INT(ouro_timeout_exit(&timeout, 0), OURO_EINVALIDSTATE);
    CHECK_INT(ouro_cancel_scope_exit(&scope, 0), OURO_EINVALIDSTATE);
    CHECK_INT(ouro_cancel_scope_exit(NULL, 0), OURO_EINVALIDSTATE);
    CHECK_INT(ouro_cancel_scope_enter(NULL), -EINVAL);
    CHECK_INT(ouro_cancel_scope_enter_with(&scope, NULL), -EINVAL);
    CHECK_INT(ouro_cancel_scope_enter(&scope, .delay = (double) NAN), -EINVAL);
    CHECK_INT(ouro_cancel_scope_enter(&scope, .delay = 1, .deadline = (double) NAN), -EINVAL);
    CHECK_INT(ouro_cancel_scope_reschedule(&scope, 1), OURO_EINVALIDSTATE);
    CHECK_INT(ouro_timeout_enter(&timeout, (double) NAN), -EINVAL);
    CHECK(isinf(ouro_cancel_scope_deadline(NULL)) && isinf(ouro_cancel_scope_deadline(&scope)));

    CHECK_INT(ouro_timeout_enter(&timeout, 1), 0);
    CHECK_INT(ouro_timeout_enter(&timeout, 1), OURO_EINVALIDSTATE);
    CHECK_INT(ouro_cancel_scope_enter(&scope), 0);
    CHECK_INT(ouro_cancel_scope_enter(&scope), OURO_EINVALIDSTATE);
    CHECK_INT(ouro_cancel_scope_reschedule(&scope, (double) NAN), -EINVAL);
    task = ouro_create_task(leave_foreign_coro(&timeout, &scope));
    CHECK_INT(ouro_await(task), 0);
    ouro_task_unref(task);
    CHECK_INT(ouro_cancel_scope_exit(&scope, 5), 5);
    CHECK_INT(ouro_cancel_scope_exit(&scope, 5), OURO_EINVALIDSTATE);
    CHECK_INT(ouro_cancel_scope_enter(&scope), OURO_EINVALIDSTATE);
    CHECK_INT(ouro_timeout_exit(&timeout, 6), 6);
    ouro_cancel_scope_cancel(&scope);
    ouro_cancel_scope_cancel(NULL);
    CHECK(!ouro_cancel_scope_cancel_called(&scope) && !ouro_cancel_scope_cancel_called(NULL));
    CHECK_INT(ouro_sleep(0), 0);
    return 0;
}

TEST_WITH(misused_scopes_say_so_and_go_on, .backends = TEST_SIM)
{
    ouro_cancel_scope scope = { .status_ = NULL };
    int status = 1;

    RUN(misuse_coro());
    CHECK_INT(ouro_cancel_scope_enter(&scope), OURO_ENOLOOP);
    ouro_with_move_on_after(&status, 1)
    {
        FAIL("entered without a task");
    }
    CHECK_INT(status, OURO_ENOLOOP);
}

OURO_ASYNC(left_open, (int, kind))
{
    static ouro_timeout timeout;
    static ouro_cancel_scope scope;
    static ouro_task_group group;

    switch (kind) {
    case 0:
        return ouro_timeout_enter(&timeout, 1);
    case 1:
        return ouro_cancel_scope_enter(&scope);
    default:
        return ouro_task_group_enter(&group);
    }
}

OURO_ASYNC(ends_inside, (int, kind))
{
    ouro_task *task = ouro_create_task(left_open_coro(kind), .name = "careless");

    return ouro_await(task);
}

TEST_WITH(a_task_that_ends_inside_a_scope_dies, .backends = TEST_SIM)
{
    CHECK_DIES(SIGABRT, "task careless (left_open) has ended inside a timeout")
    {
        ouro_ignore(ouro_run(ends_inside_coro(0)));
    }
    CHECK_DIES(SIGABRT, "has ended inside a cancel scope")
    {
        ouro_ignore(ouro_run(ends_inside_coro(1)));
    }
    CHECK_DIES(SIGABRT, "has ended inside a task group")
    {
        ouro_ignore(ouro_run(ends_inside_coro(2)));
    }
}

OURO_ASYNC(waits_in_scopes, (bool, staged))
{
    int status = 0;

    ouro_with_timeout (&status, 5) {
        ouro_with_fail_after(&status, 5, .shield = true)
        {
            ouro_with_task_group (group, &status) {
                ouro_task_group_create_task(&group, sleep_and_add_coro(&status, 100));
                if (!staged) {
                    ouro_ignore(ouro_sleep(0));
                }
                ouro_loop_stop(ouro_get_running_loop());
                status = ouro_sleep(100);
            }
        }
    }
    FAIL("went on after the close");
    return status;
}

TEST_WITH(a_loop_may_be_closed_under_open_scopes, .backends = TEST_SIM)
{
    for (int staged = 0; staged < 2; staged++) {
        ouro_loop *loop = NULL;

        CHECK_INT(ouro_new_event_loop(&loop), 0);
        ouro_task_unref(ouro_loop_create_task(loop, waits_in_scopes_coro(staged)));
        CHECK_INT(ouro_loop_run_forever(loop), 0);
        CHECK_INT(ouro_loop_close(loop), 0);
    }
}

OURO_ASYNC(fails_at_once)
{
    return ouro_error_set(-EIO, "test", "at once");
}

OURO_ASYNC(stays_in_a_group_of_failures)
{
    int status = 0;

    ouro_with_task_group (group, &status) {
        for (int i = 0; i < 6; i++) {
            ouro_task_group_create_task(&group, fails_at_once_coro());
        }
        ouro_ignore(ouro_sleep(1));
        ouro_loop_stop(ouro_get_running_loop());
        status = ouro_sleep(100);
    }
    FAIL("went on after the close");
    return status;
}

/* The harness sees what is not given back. */
TEST_WITH(a_loop_may_be_closed_under_a_group_with_failures, .backends = TEST_SIM)
{
    ouro_loop *loop = NULL;

    CHECK_INT(ouro_new_event_loop(&loop), 0);
    ouro_task_unref(ouro_loop_create_task(loop, stays_in_a_group_of_failures_coro()));
    CHECK_INT(ouro_loop_run_forever(loop), 0);
    CHECK_INT(ouro_loop_close(loop), 0);
}

/* Timeouts that never come. */

OURO_ASYNC(many_timeouts)
{
    ouro_timeout outer = { .status_ = NULL };
    ouro_timeout inner = { .status_ = NULL };
    double start = time_now();

    for (int i = 0; i < 1000; i++) {
        CHECK_INT(ouro_timeout_enter(&outer, 1), 0);
        CHECK_INT(ouro_timeout_enter(&inner, 2), 0);
        CHECK(ouro_timeout_when(&inner) == start + 2);
        CHECK_INT(ouro_timeout_exit(&inner, i), i);
        CHECK(ouro_timeout_when(&inner) == start + 2);
        CHECK_INT(ouro_timeout_exit(&outer, i), i);
    }
    CHECK(isinf(ouro_loop_next_deadline(ouro_get_running_loop())));
    CHECK_INT(ouro_timeout_enter(&outer, 3), 0);
    CHECK_INT(ouro_timeout_enter(&inner, OURO_FOREVER), 0);
    CHECK(ouro_loop_next_deadline(ouro_get_running_loop()) == start + 3);
    CHECK(isinf(ouro_timeout_when(&inner)));
    CHECK_INT(ouro_sleep(10), -ECANCELED);
    CHECK(time_now() == start + 3);
    CHECK_INT(ouro_timeout_exit(&inner, -ECANCELED), -ECANCELED);
    CHECK_INT(ouro_timeout_exit(&outer, -ECANCELED), -ETIMEDOUT);
    return 0;
}

TEST_WITH(a_timeout_arms_its_timer_only_when_the_task_suspends, .backends = TEST_SIM)
{
    RUN(many_timeouts_coro());
}

OURO_ASYNC(enters_eagerly, (ouro_timeout *, timeout))
{
    CHECK_INT(ouro_timeout_enter(timeout, 2), 0);
    return ouro_timeout_exit(timeout, ouro_sleep(9));
}

OURO_ASYNC(not_the_newest)
{
    ouro_timeout mine = { .status_ = NULL };
    ouro_timeout theirs = { .status_ = NULL };
    ouro_task *task;

    CHECK_INT(ouro_timeout_enter(&mine, 1), 0);
    task = ouro_create_task(enters_eagerly_coro(&theirs), .eager_start = OURO_EAGER_YES);
    CHECK_INT(ouro_timeout_exit(&mine, 0), 0);
    CHECK_INT(ouro_await(task), -ETIMEDOUT);
    ouro_task_unref(task);
    return 0;
}

TEST_WITH(a_timeout_is_left_though_another_task_has_entered_one_since, .backends = TEST_SIM)
{
    RUN(not_the_newest_coro());
}

/* Cancel scopes: the outcome. */

OURO_ASYNC(moves_on)
{
    int status = 0;
    bool caught = false;
    double start = time_now();

    ouro_with_move_on_after(&status, 2, .ret_caught = &caught)
    {
        status = ouro_sleep(5);
        CHECK_INT(status, -ECANCELED);
        CHECK_INT(cancelling(), 1);
    }
    CHECK_INT(status, 0);
    CHECK(caught && time_now() == start + 2 && cancelling() == 0);

    ouro_with_move_on_after(&status, 2, .ret_caught = &caught)
    {
        status = ouro_sleep(1);
    }
    CHECK_INT(status, 0);
    CHECK(!caught);

    ouro_with_fail_after(&status, 1)
    {
        status = ouro_sleep(5);
    }
    CHECK_INT(status, -ETIMEDOUT);
    CHECK(detail_says("the time limit was reached"));

    ouro_with_fail_after_as(scope, &status, 1)
    {
        CHECK(ouro_cancel_scope_deadline(&scope) == time_now() + 1);
        ouro_cancel_scope_cancel(&scope);
        CHECK(ouro_cancel_scope_cancel_called(&scope));
        CHECK_INT(ouro_cancel_scope_reschedule(&scope, 9), OURO_EINVALIDSTATE);
        status = ouro_sleep(5);
    }
    CHECK_INT(status, 0); /* not the deadline was the reason */

    ouro_with_move_on_after(&status, 0)
    {
        status = ouro_sleep(0);
        CHECK_INT(status, -ECANCELED);
    }
    CHECK_INT(status, 0);

    ouro_with_move_on_after(&status, 1)
    {
        ouro_ignore(ouro_sleep(5));
        status = -EIO;
    }
    CHECK_INT(status, -EIO);
    CHECK_INT(ouro_sleep(0), 0);
    return 0;
}

TEST_WITH(a_scope_turns_its_own_cancel_into_success, .backends = TEST_SIM)
{
    RUN(moves_on_coro());
}

OURO_ASYNC(by_hand)
{
    ouro_cancel_scope scope = { .status_ = NULL };
    ouro_cancel_scope other = { .status_ = NULL };
    ouro_cancel_scope third = { .status_ = NULL };
    double start = time_now();

    ouro_cancel_scope_cancel(&scope);
    CHECK_INT(ouro_cancel_scope_enter(&scope), 0);
    CHECK_INT(cancelling(), 1);
    CHECK_INT(ouro_sleep(0), -ECANCELED);
    CHECK_INT(ouro_cancel_scope_exit(&scope, -ECANCELED), 0);
    CHECK(ouro_cancel_scope_cancelled_caught(&scope));

    CHECK_INT(ouro_cancel_scope_enter(&other, .delay = 3, .deadline = start + 2), 0);
    CHECK(ouro_cancel_scope_deadline(&other) == start + 2);
    CHECK_INT(ouro_cancel_scope_reschedule(&other, start + 4), 0);
    later(1, cancel_scope, &other);
    CHECK_INT(ouro_sleep(9), -ECANCELED);
    CHECK(time_now() == start + 1);
    CHECK_INT(ouro_cancel_scope_exit(&other, 8), 8);
    CHECK(!ouro_cancel_scope_cancelled_caught(&other));

    CHECK_INT(ouro_cancel_scope_enter(&third, .delay = -1), 0);
    CHECK_INT(ouro_cancel_scope_reschedule(&third, OURO_FOREVER), 0);
    CHECK(isinf(ouro_cancel_scope_deadline(&third)));
    CHECK_INT(ouro_sleep(5), 0);
    CHECK_INT(ouro_cancel_scope_exit(&third, 0), 0);
    return 0;
}

TEST_WITH(a_scope_by_hand_is_cancelled_early_late_and_by_others, .backends = TEST_SIM)
{
    RUN(by_hand_coro());
}

/* The level trigger. */

OURO_ASYNC(every_wait)
{
    ouro_loop *loop = ouro_get_running_loop();
    ouro_future *future = ouro_loop_create_future(loop);
    ouro_task *child;
    int ends = 0;
    int status = 0;

    ouro_with_cancel_scope(scope, &status)
    {
        ouro_cancel_scope_cancel(&scope);
        for (int i = 0; i < 3; i++) {
            CHECK_INT(ouro_sleep(0), -ECANCELED);
            CHECK_INT(ouro_sleep(1), -ECANCELED);
        }
        ouro_with_timeout (&status, 1) {
            CHECK_INT(ouro_sleep(9), -ECANCELED);
        }
        child = ouro_create_task(sleep_and_add_coro(&ends, 1));
        CHECK_INT(ouro_await(child), -ECANCELED); /* and cancels it */
        CHECK(ouro_future_cancelled(child));
        ouro_task_unref(child);
        child = ouro_create_task(sleep_and_add_coro(&ends, 1));
        CHECK_INT(ouro_wait(&child, 1, .timeout = 1), -ECANCELED); /* and leaves it alone */
        CHECK_INT(ouro_gather(sleep_and_add_coro(&ends, 1), sleep_and_add_coro(&ends, 1)),
                  -ECANCELED);
        CHECK_INT(ouro_wait_for(sleep_and_add_coro(&ends, 1), 2), -ECANCELED);
        CHECK_INT(ouro_shield(child), -ECANCELED);
        ouro_with_task_group (group, &status) {
            ouro_task_group_create_task(&group, sleep_and_add_coro(&ends, 1));
        }
        CHECK_INT(status, -ECANCELED);
        CHECK_INT(ouro_await(future), -ECANCELED);
        CHECK(ouro_future_cancelled(future));
        CHECK_INT(cancelling(), 1);
    }
    CHECK_INT(status, 0);
    CHECK_INT(ouro_sleep(0), 0);
    CHECK_INT(ouro_await(child), 0); /* after a second: time has not gone on before */
    ouro_task_unref(child);
    ouro_future_unref(future);
    return 0;
}

TEST_WITH(in_a_cancelled_scope_every_wait_is_cancelled, .backends = TEST_SIM)
{
    RUN(every_wait_coro());
}

OURO_ASYNC(stubborn, (int *, ends))
{
    while (ouro_sleep(2) == -ECANCELED) {
        *ends += 100;
    }
    *ends += 1;
    return 0;
}

OURO_ASYNC(group_waits)
{
    int ends = 0;
    int status = 0;
    double start = time_now();
    ouro_task *self = ouro_current_task();
    ouro_task *first;
    ouro_task *second;

    ouro_with_move_on_after(&status, 1)
    {
        ouro_with_task_group (group, &status) {
            ouro_task_group_create_task(&group, stubborn_coro(&ends));
            later(2, cancel_task, self);
        }
        CHECK_INT(status, -ECANCELED);
        CHECK_INT(ends, 101);
        CHECK(time_now() == start + 3);
        first = ouro_create_task(stubborn_coro(&ends));
        second = ouro_create_task(stubborn_coro(&ends));
        CHECK_INT(ouro_sleep(0), -ECANCELED); /* they begin */
        CHECK_INT(ouro_gather(first, second), -ECANCELED);
        CHECK_INT(ends, 303);
        CHECK(time_now() == start + 5);
        ouro_task_unref(first);
        ouro_task_unref(second);
    }
    CHECK_INT(status, -ECANCELED); /* it was cancelled from outside besides */
    CHECK_INT(ouro_task_uncancel(self), 0);
    CHECK_INT(ouro_sleep(0), 0);
    return 0;
}

TEST_WITH(a_group_in_a_cancelled_scope_waits_without_spinning, .backends = TEST_SIM)
{
    RUN(group_waits_coro());
}

OURO_ASYNC(nested)
{
    int status = 0;
    int inner = 0;
    bool caught = false;

    ouro_with_cancel_scope(outer, &status)
    {
        ouro_with_cancel_scope(scope, &inner, .ret_caught = &caught)
        {
            ouro_cancel_scope_cancel(&scope);
            inner = ouro_sleep(1);
        }
        CHECK(caught && inner == 0);
        CHECK_INT(ouro_sleep(1), 0); /* only the inner one was cancelled */

        ouro_with_cancel_scope(scope, &inner, .ret_caught = &caught)
        {
            ouro_cancel_scope_cancel(&outer);
            inner = ouro_sleep(1);
            CHECK_INT(inner, -ECANCELED);
            inner = ouro_sleep(1);
        }
        CHECK(!caught && inner == -ECANCELED);

        ouro_with_cancel_scope(scope, &inner, .ret_caught = &caught)
        {
            ouro_cancel_scope_cancel(&scope);
            inner = ouro_sleep(1);
        }
        CHECK(caught && inner == 0); /* both: each catches once */
        status = ouro_sleep(1);
        CHECK_INT(status, -ECANCELED);
    }
    CHECK_INT(status, 0);
    CHECK_INT(cancelling(), 0);
    return 0;
}

TEST_WITH(scopes_nest, .backends = TEST_SIM)
{
    RUN(nested_coro());
}

OURO_ASYNC(with_timeouts)
{
    int status = 0;
    int inner = 0;

    ouro_with_timeout (&status, 1) {
        ouro_with_move_on_after(&inner, 2)
        {
            inner = ouro_sleep(9);
            CHECK_INT(inner, -ECANCELED);
            CHECK_INT(ouro_sleep(0.5), 0); /* a timeout tells once */
            CHECK_INT(ouro_sleep(9), -ECANCELED);
            CHECK_INT(ouro_sleep(9), -ECANCELED);
        }
        CHECK_INT(inner, -ECANCELED); /* the timeout's is one, not the scope's alone */
        status = inner;
    }
    CHECK_INT(status, -ETIMEDOUT);

    ouro_with_move_on_after(&status, 1)
    {
        ouro_with_timeout (&inner, 2) {
            inner = ouro_sleep(9);
        }
        CHECK_INT(inner, -ECANCELED);
        status = inner;
    }
    CHECK_INT(status, 0);
    CHECK_INT(cancelling(), 0);
    return 0;
}

TEST_WITH(scopes_and_timeouts_take_back_their_own_requests, .backends = TEST_SIM)
{
    RUN(with_timeouts_coro());
}

/* Shields. */

OURO_ASYNC(shielded, (int *, count))
{
    int status = 0;

    ouro_with_timeout (&status, 2) {
        ouro_with_cancel_scope(scope, &status, .shield = true)
        {
            CHECK_INT(ouro_sleep(5), 0); /* the cancel at 1, the timeout at 2 */
            *count = cancelling();
            status = ouro_sleep(1);
        }
        CHECK_INT(status, 0);
        CHECK_INT(cancelling(), 2);
        status = ouro_sleep(9);
        CHECK_INT(status, -ECANCELED);
        CHECK(detail_says("from outside"));
        CHECK_INT(ouro_sleep(1), 0);
    }
    return status;
}

OURO_ASYNC(shield_from_task)
{
    int count = 0;
    ouro_task *task = ouro_create_task(shielded_coro(&count));
    double start = time_now();

    later(1, cancel_task, task);
    CHECK_INT(ouro_await(task), -ECANCELED);
    CHECK_INT(count, 2);
    CHECK(time_now() == start + 7);
    ouro_task_unref(task);
    return 0;
}

/* A request that was made before the shield was entered, and could not be delivered yet. */
OURO_ASYNC(shield_from_earlier)
{
    ouro_task *self = ouro_current_task();
    int status = 0;
    int inner = 0;

    ouro_task_cancel(self, "early");
    ouro_with_cancel_scope(scope, &inner, .shield = true)
    {
        CHECK_INT(ouro_sleep(1), 0);
        ouro_cancel_scope_cancel(&scope);
        inner = ouro_sleep(1);
    }
    CHECK_INT(inner, 0);
    CHECK_INT(ouro_sleep(1), -ECANCELED);
    CHECK_INT(ouro_task_uncancel(self), 0);

    ouro_with_cancel_scope(outer, &status)
    {
        ouro_cancel_scope_cancel(&outer);
        ouro_with_cancel_scope(scope, &inner, .shield = true) CHECK_INT(ouro_sleep(1), 0);
        CHECK_INT(ouro_sleep(1), -ECANCELED);
        status = ouro_sleep(1);
    }
    CHECK_INT(status, 0);

    ouro_task_cancel(self, NULL);
    ouro_with_cancel_scope(scope, &inner, .shield = true)
        CHECK_INT(ouro_task_uncancel(self), 0); /* taken back while it is withheld */
    CHECK_INT(ouro_task_cancelling(self), 0);
    return ouro_sleep(1);
}

TEST_WITH(a_shield_keeps_out_what_was_asked_before, .backends = TEST_SIM)
{
    RUN(shield_from_earlier_coro());
}

OURO_ASYNC(shield_from_scopes)
{
    int status = 0;
    int shielded_status = 0;
    int inner = 0;

    ouro_with_cancel_scope(outer, &status)
    {
        ouro_cancel_scope_cancel(&outer);
        CHECK_INT(ouro_sleep(1), -ECANCELED);
        ouro_with_move_on_after(&shielded_status, 10, .shield = true)
        {
            CHECK_INT(ouro_sleep(1), 0); /* the level is out */
            ouro_with_timeout (&inner, 1) {
                inner = ouro_sleep(9);
            }
            CHECK_INT(inner, -ETIMEDOUT); /* what is inside works */
            ouro_task_cancel(ouro_current_task(), NULL);
            ouro_with_timeout (&inner, 1) {
                inner = ouro_sleep(9);
            }
            CHECK_INT(inner, -ETIMEDOUT); /* though a request is held back meanwhile */
            CHECK_INT(ouro_task_uncancel(ouro_current_task()), 1);
            ouro_with_cancel_scope(deeper, &inner, .shield = true)
            {
                CHECK_INT(ouro_sleep(20), 0); /* over the deadline of the shield around it */
            }
            shielded_status = ouro_sleep(9);
            CHECK_INT(shielded_status, -ECANCELED);
        }
        CHECK_INT(shielded_status, 0);
        status = ouro_sleep(1);
        CHECK_INT(status, -ECANCELED);
    }
    CHECK_INT(status, 0);
    CHECK_INT(cancelling(), 0);
    CHECK_INT(ouro_sleep(0), 0);
    return 0;
}

OURO_ASYNC(fails_soon)
{
    OURO_TRY(ouro_sleep(1));
    return -EIO;
}

OURO_ASYNC(shield_from_group)
{
    int status = 0;
    int inner = 0;

    ouro_with_task_group (group, &status) {
        ouro_task_group_create_task(&group, fails_soon_coro());
        ouro_with_cancel_scope(scope, &inner, .shield = true)
        {
            inner = ouro_sleep(3);
        }
        CHECK_INT(inner, 0);
        status = ouro_sleep(3);
        CHECK_INT(status, -ECANCELED);
    }
    CHECK_INT(status, -EIO);
    CHECK_INT(cancelling(), 0);
    return 0;
}

OURO_ASYNC(shield_catches_its_own)
{
    int status = 0;
    bool caught = false;

    ouro_with_move_on_after(&status, 2, .shield = true, .ret_caught = &caught)
    {
        later(1, cancel_task, ouro_current_task());
        status = ouro_sleep(9);
    }
    CHECK(caught && status == 0);
    CHECK_INT(cancelling(), 1);
    CHECK_INT(ouro_sleep(1), -ECANCELED);
    CHECK(detail_says("from outside"));
    CHECK_INT(ouro_task_uncancel(ouro_current_task()), 0);
    return 0;
}

TEST_WITH(a_shield_keeps_every_request_out_until_it_is_left, .backends = TEST_SIM)
{
    RUN(shield_from_task_coro());
    RUN(shield_from_scopes_coro());
    RUN(shield_from_group_coro());
    RUN(shield_catches_its_own_coro());
}

OURO_ASYNC(on_every_backend)
{
    int status = 0;
    bool caught = false;

    ouro_with_move_on_after(&status, 0.002, .ret_caught = &caught)
    {
        status = ouro_sleep(60);
        CHECK_INT(ouro_sleep(60), -ECANCELED);
    }
    CHECK(caught && status == 0);
    return 0;
}

TEST_ALL_BACKENDS(scopes_work_on_every_backend)
{
    RUN(on_every_backend_coro());
}
