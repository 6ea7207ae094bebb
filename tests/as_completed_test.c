/* as_completed and ensure_future: ownership, misuse, memory. What asyncio defines is compared in
 * tests/oracle. */
#include "harness/test.h"
#include "ouro/as_completed.h"
#include "ouro/runner.h"

#include <errno.h>
#include <math.h>

#define RUN(coroutine) CHECK_INT(ouro_run(coroutine), 0)

OURO_ASYNC(sleep_then, (double, delay), (int, status))
{
    OURO_TRY(ouro_sleep(delay));
    return status;
}

OURO_ASYNC(iterates)
{
    ouro_as_completed none = { 0 };
    int status = 0;
    int seen = 0;

    ouro_with_as_completed (completed, &status,
                            OURO_AWAITABLES(sleep_then_coro(3, 3), sleep_then_coro(1, 1),
                                            sleep_then_coro(2, -EIO), sleep_then_coro(9, 9)),
                            .timeout = 5) {
        ouro_async_for(ouro_future *, future, ouro_as_completed_items(&completed), &status)
        {
            CHECK(ouro_future_done(future));
            seen = seen * 10 + ouro_future_result(future);
            break;
        }
        CHECK_INT(seen, 1);
        ouro_async_for(ouro_future *, future, ouro_as_completed_items(&completed), &status)
        {
            seen = seen * 10 + (ouro_future_result(future) == -EIO ? 2 : 3);
        }
        CHECK_INT(seen, 123);
        CHECK_INT(status, -ETIMEDOUT);
        status = 0;
        ouro_async_for(ouro_future *, future, ouro_as_completed_items(&completed), &status)
        {
            FAIL("nothing is left, but %p", (void *) future);
        }
        CHECK_INT(status, 0);
    }
    ouro_async_for(ouro_future *, future, ouro_as_completed_items(&none), &status)
    {
        FAIL("not begun, but %p", (void *) future);
    }
    CHECK_INT(status, -EINVAL);
    return 0;
}

TEST_WITH(a_loop_takes_futures_as_they_are_done, .backends = TEST_SIM)
{
    RUN(iterates_coro());
}

OURO_ASYNC(misuses)
{
    ouro_as_completed completed = { 0 };
    ouro_awaitable empty = { 0 };
    ouro_coroutine next;
    ouro_future *future;
    ouro_loop *other;
    ouro_future *foreign;

    CHECK_INT(ouro_as_completed_init_with(NULL, NULL), -EINVAL);
    CHECK_INT(ouro_as_completed_init_with(&completed, NULL), -EINVAL);
    CHECK_INT(ouro_as_completed_init(&completed, NULL, 1), -EINVAL);
    CHECK_INT(ouro_as_completed_init(&completed, &empty, 1), -EINVAL);
    CHECK_INT(
        ouro_as_completed_init(&completed, OURO_AWAITABLES(sleep_then_coro(1, 1)), .timeout = NAN),
        -EINVAL);
    CHECK_INT(ouro_as_completed_anext(&completed, &future), -EINVAL);
    CHECK_INT(ouro_as_completed_anext(NULL, &future), -EINVAL);
    CHECK_INT(ouro_as_completed_left(&completed), 0);
    CHECK_INT(ouro_as_completed_left(NULL), 0);
    next = ouro_as_completed_next(&completed);
    CHECK_INT(ouro_coroutine_await(&next), -EINVAL);
    ouro_as_completed_done(&completed);
    ouro_as_completed_done(NULL);

    CHECK_INT(ouro_new_event_loop(&other, .backend = "sim"), 0);
    foreign = ouro_loop_create_future(other);
    CHECK_INT(ouro_as_completed_init(&completed, OURO_AWAITABLES(foreign)), OURO_EWRONGLOOP);
    ouro_future_unref(foreign);
    CHECK_INT(ouro_loop_close(other), 0);

    CHECK_INT(ouro_as_completed_init(&completed, OURO_AWAITABLES(sleep_then_coro(1, 1))), 0);
    CHECK_INT(ouro_as_completed_anext(&completed, NULL), -EINVAL);
    CHECK_INT(ouro_as_completed_anext(&completed, &future), 1);
    CHECK_INT(ouro_future_result(future), 1);
    CHECK_INT(ouro_as_completed_anext(&completed, &future), 0);
    CHECK_PTR(future, NULL);
    ouro_as_completed_done(&completed);
    ouro_as_completed_done(&completed);
    return 0;
}

TEST_WITH(misuse_is_named, .backends = TEST_SIM)
{
    ouro_as_completed completed;

    CHECK_INT(ouro_as_completed_init(&completed, OURO_AWAITABLES(sleep_then_coro(1, 1))),
              OURO_ENOLOOP);
    CHECK_PTR(ouro_ensure_future(sleep_then_coro(1, 1)), NULL);
    CHECK_INT(ouro_error_detail()->status, OURO_ENOLOOP);
    CHECK_PTR(ouro_ensure_future_with(NULL, NULL), NULL);
    RUN(misuses_coro());
}

OURO_ASYNC(wait_next, (ouro_coroutine *, next))
{
    return ouro_coroutine_await(next);
}

OURO_ASYNC(ends_under_waiters)
{
    ouro_future *futures[3] = { ouro_create_future(), ouro_create_future(), ouro_create_future() };
    ouro_as_completed completed;
    ouro_coroutine next[3];
    ouro_task *waiters[3];

    CHECK_INT(
        ouro_as_completed_init(&completed, OURO_AWAITABLES(futures[0], futures[1], futures[2])), 0);
    for (int i = 0; i < 3; i++) {
        next[i] = ouro_as_completed_next(&completed);
        waiters[i] = ouro_create_task(wait_next_coro(&next[i]));
    }
    CHECK_INT(ouro_sleep(0), 0);
    CHECK_INT(ouro_future_set_result(futures[0], NULL), 0);
    CHECK_INT(ouro_sleep(0), 0); /* the first is woken and has not run when the iteration ends; */
    ouro_task_cancel(waiters[1], NULL); /* the second is cancelled, */
    ouro_as_completed_done(&completed); /* the third waits */
    CHECK_INT(ouro_await(waiters[0]), OURO_ECLOSED);
    CHECK_INT(ouro_await(waiters[1]), -ECANCELED);
    CHECK_INT(ouro_await(waiters[2]), OURO_ECLOSED);
    for (int i = 0; i < 3; i++) {
        ouro_task_unref(waiters[i]);
        ouro_future_unref(futures[i]);
    }
    return 0;
}

TEST_WITH(an_end_wakes_who_waits, .backends = TEST_SIM)
{
    RUN(ends_under_waiters_coro());
}

OURO_ASYNC(takes_two, (ouro_future *, first), (ouro_future *, second))
{
    int status = 0;

    ouro_with_as_completed (completed, &status, OURO_AWAITABLES(first, second)) {
        ouro_future *future;

        CHECK_INT(ouro_as_completed_anext(&completed, &future), -ECANCELED);
        CHECK_INT(ouro_as_completed_left(&completed), 2);
        CHECK_INT(ouro_as_completed_anext(&completed, &future), 1);
        CHECK_PTR(future, second);
        CHECK_INT(ouro_as_completed_anext(&completed, &future), 1);
        CHECK_PTR(future, first);
    }
    return status;
}

OURO_ASYNC(cancels_a_taker)
{
    ouro_future *first = ouro_create_future();
    ouro_future *second = ouro_create_future();
    ouro_task *taker = ouro_create_task(takes_two_coro(first, second));

    CHECK_INT(ouro_sleep(0), 0);
    ouro_task_cancel(taker, NULL);
    CHECK_INT(ouro_future_set_result(second, NULL), 0);
    CHECK_INT(ouro_sleep(1), 0);
    CHECK(ouro_future_done(first) == false); /* the cancel has left it alone */
    CHECK_INT(ouro_future_set_result(first, NULL), 0);
    CHECK_INT(ouro_await(taker), 0);
    ouro_task_unref(taker);
    ouro_future_unref(first);
    ouro_future_unref(second);
    return 0;
}

TEST_WITH(a_cancelled_call_takes_nothing, .backends = TEST_SIM)
{
    RUN(cancels_a_taker_coro());
}

static int evaluations;

static ouro_task *make_task(void)
{
    evaluations++;
    return ouro_create_task(sleep_then_coro(1, 4));
}

OURO_ASYNC(block_evaluates_once)
{
    ouro_task *task = NULL;
    int status = 0;

    ouro_with_as_completed (completed, &status, OURO_AWAITABLES(task = make_task())) {
        ouro_future *future;

        CHECK_INT(ouro_as_completed_anext(&completed, &future), 1);
        continue;
    }
    CHECK_INT(evaluations, 1);
    ouro_task_unref(task);
    ouro_with_as_completed (completed, &status, OURO_AWAITABLES((ouro_future *) NULL)) {
        FAIL("the block was entered");
    }
    CHECK_INT(status, -EINVAL);
    return 0;
}

TEST_WITH(a_block_evaluates_its_arguments_once, .backends = TEST_SIM)
{
    RUN(block_evaluates_once_coro());
}

/* The loop is closed while the iteration is under way. */
TEST_WITH(a_closed_loop_lets_go, .backends = TEST_SIM)
{
    static ouro_as_completed completed;
    ouro_awaitable awaitable;
    ouro_future *future;
    ouro_loop *loop;

    CHECK_INT(ouro_new_event_loop(&loop), 0);
    future = ouro_loop_create_future(loop);
    awaitable = ouro_awaitable_from_future(future);
    CHECK_INT(ouro_loop_host_begin(loop), 0);
    CHECK_INT(ouro_as_completed_init(&completed, &awaitable, 1, .timeout = 5), 0);
    ouro_loop_host_end(loop);
    CHECK_INT(ouro_loop_close(loop), 0);
    CHECK_INT(ouro_as_completed_left(&completed), 0);
    ouro_future_unref(future);
    ouro_as_completed_done(&completed);
}

/* What was handed out of an iteration that is over says so, even if it has not run yet. */
OURO_ASYNC(leaves_early)
{
    ouro_task *tasks[2] = { NULL };
    int status = 0;

    ouro_with_as_completed (completed, &status,
                            OURO_AWAITABLES(sleep_then_coro(0.2, 1), sleep_then_coro(0.1, 2))) {
        tasks[0] = ouro_create_task(ouro_as_completed_next(&completed));
        OURO_TRY(ouro_sleep(0));
        tasks[1] = ouro_create_task(ouro_as_completed_next(&completed));
    }
    CHECK_INT(status, 0);
    CHECK_INT(ouro_await(tasks[0]), OURO_ECLOSED);
    CHECK_INT(ouro_await(tasks[1]), OURO_ECLOSED);
    ouro_task_unref(tasks[0]);
    ouro_task_unref(tasks[1]);
    /* One that never runs is given up with the loop. */
    ouro_with_as_completed (completed, &status, OURO_AWAITABLES(sleep_then_coro(0.1, 2)))
        (void) ouro_as_completed_next(&completed);
    return status;
}

TEST_WITH(a_next_outlives_its_iteration, .backends = TEST_SIM)
{
    RUN(leaves_early_coro());
}

OURO_ASYNC(count_all)
{
    ouro_as_completed completed;
    ouro_future *future;
    int count = 0;
    int status = ouro_as_completed_init(
        &completed, OURO_AWAITABLES(sleep_then_coro(0.2, 1), sleep_then_coro(0.1, 2)),
        .timeout = 1);

    if (status < 0)
        return status;
    while ((status = ouro_as_completed_anext(&completed, &future)) > 0)
        count++;
    CHECK_INT(count, 2);
    ouro_as_completed_done(&completed);
    return status;
}

TEST_ALLOCATION_FAILURES(memory_runs_out)
{
    int status = ouro_run(count_all_coro(), .backend = "sim");

    CHECK(status == 0 || (status == -ENOMEM && test_fault_fired()));
}
