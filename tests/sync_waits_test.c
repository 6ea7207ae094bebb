/* All kinds of waits between tasks: what each tells about itself, and that a cancelled scope ends
 * each of them at once and however often, with everything left as it was. */
#include "harness/test.h"
#include "ouro.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define RUN(coroutine) CHECK_INT(ouro_run(coroutine), 0)

enum kind {
    LOCK,
    EVENT,
    CONDITION,
    SEMAPHORE,
    BARRIER,
    READ_LOCK,
    WRITE_LOCK,
    LIMITER,
    QUEUE_GET,
    QUEUE_PUT,
    QUEUE_JOIN,
    SEND,
    RECEIVE,
    SELECT,
    AS_COMPLETED,
    START,
    KINDS,
};

static const char *const texts[KINDS] = {
    [LOCK] = "lock acquire",
    [EVENT] = "event wait",
    [CONDITION] = "condition wait",
    [SEMAPHORE] = "semaphore acquire",
    [BARRIER] = "barrier wait",
    [READ_LOCK] = "rwlock acquire_read",
    [WRITE_LOCK] = "rwlock acquire_write",
    [LIMITER] = "limiter acquire",
    [QUEUE_GET] = "queue get",
    [QUEUE_PUT] = "queue put",
    [QUEUE_JOIN] = "queue join",
    [SEND] = "channel send",
    [RECEIVE] = "channel receive",
    [SELECT] = "select",
    [AS_COMPLETED] = "as_completed",
    [START] = "task_group_start",
};

/* One of everything, made so that a task must wait for it. */
static struct {
    ouro_lock lock;
    ouro_event event;
    ouro_condition condition;
    ouro_semaphore semaphore;
    ouro_barrier barrier;
    ouro_rwlock rwlock;
    ouro_capacity_limiter limiter;
    ouro_queue empty;
    ouro_queue full;
    ouro_channel channel;
    ouro_future *future;
} world;

static void make_world(void)
{
    int item = 7;

    memset(&world, 0, sizeof world);
    CHECK_INT(ouro_lock_acquire(&world.lock), 0);
    CHECK_INT(ouro_semaphore_init(&world.semaphore, 0), 0);
    CHECK_INT(ouro_barrier_init(&world.barrier, 3), 0);
    CHECK_INT(ouro_rwlock_acquire_write(&world.rwlock), 0);
    ouro_capacity_limiter_init(&world.limiter, 1);
    CHECK_INT(ouro_capacity_limiter_acquire(&world.limiter), 0);
    CHECK_INT(ouro_queue_init(&world.empty, sizeof item, 0), 0);
    CHECK_INT(ouro_queue_init(&world.full, sizeof item, 1), 0);
    CHECK_INT(ouro_queue_put_nowait(&world.full, &item), 0);
    CHECK_INT(ouro_channel_init(&world.channel, sizeof item, 0), 0);
    world.future = ouro_create_future();
}

static void drop_world(void)
{
    ouro_queue_done(&world.empty);
    ouro_queue_done(&world.full);
    ouro_channel_done(&world.channel);
    ouro_future_unref(world.future);
}

OURO_ASYNC(starts_late)
{
    OURO_TRY(ouro_event_wait(&world.event));
    OURO_TRY(ouro_task_started(1));
    return 0;
}

static int start_in_group(void)
{
    int status = 0;
    int started = 0;

    ouro_with_task_group (group, &status) {
        started = ouro_task_group_start(&group, starts_late_coro());
    }
    return started < 0 ? started : status;
}

static int take_completed(void)
{
    int status = 0;

    ouro_with_as_completed (completed, &status, OURO_AWAITABLES(world.future)) {
        ouro_future *future;

        status = ouro_as_completed_anext(&completed, &future);
    }
    return status;
}

/* Waits once, and gives back what it got. Returns a negative status or anything else. */
static int wait_once(int kind)
{
    int item = 7;
    int status = 0;

    switch ((enum kind) kind) {
    case LOCK:
        ouro_with_lock (&world.lock, &status) {
            CHECK(ouro_lock_locked(&world.lock));
        }
        return status;
    case EVENT:
        return ouro_event_wait(&world.event);
    case CONDITION:
        OURO_TRY(ouro_condition_acquire(&world.condition));
        status = ouro_condition_wait(&world.condition);
        CHECK(ouro_condition_locked(&world.condition));
        CHECK_INT(ouro_condition_release(&world.condition), 0);
        return status;
    case SEMAPHORE:
        return ouro_semaphore_acquire(&world.semaphore);
    case BARRIER:
        return ouro_barrier_wait(&world.barrier);
    case READ_LOCK:
        OURO_TRY(ouro_rwlock_acquire_read(&world.rwlock));
        return ouro_rwlock_release_read(&world.rwlock);
    case WRITE_LOCK:
        OURO_TRY(ouro_rwlock_acquire_write(&world.rwlock));
        return ouro_rwlock_release_write(&world.rwlock);
    case LIMITER:
        OURO_TRY(ouro_capacity_limiter_acquire(&world.limiter));
        return ouro_capacity_limiter_release(&world.limiter);
    case QUEUE_GET:
        return ouro_queue_get(&world.empty, &item);
    case QUEUE_PUT:
        return ouro_queue_put(&world.full, &item);
    case QUEUE_JOIN:
        return ouro_queue_join(&world.full);
    case SEND:
        return ouro_channel_send(&world.channel, &item);
    case RECEIVE:
        return ouro_channel_receive(&world.channel, &item);
    case SELECT:
        return ouro_select(OURO_RECEIVE(&world.channel, &item));
    case AS_COMPLETED:
        return take_completed();
    case START:
        return start_in_group();
    case KINDS:
        break;
    }
    FAIL("no such kind");
    return 0;
}

OURO_ASYNC(waits_once, (int, kind))
{
    return wait_once(kind);
}

/* Lets one wait of this kind end. */
static int let_go(int kind)
{
    int item = 7;

    switch ((enum kind) kind) {
    case LOCK:
        return ouro_lock_release(&world.lock);
    case EVENT:
    case START:
        ouro_event_set(&world.event);
        return 0;
    case CONDITION:
        OURO_TRY(ouro_condition_acquire(&world.condition));
        OURO_TRY(ouro_condition_notify(&world.condition, 1));
        return ouro_condition_release(&world.condition);
    case SEMAPHORE:
        return ouro_semaphore_release(&world.semaphore);
    case BARRIER:
        return ouro_gather(waits_once_coro(BARRIER), waits_once_coro(BARRIER));
    case READ_LOCK:
    case WRITE_LOCK:
        return ouro_rwlock_release_write(&world.rwlock);
    case LIMITER:
        return ouro_capacity_limiter_release(&world.limiter);
    case QUEUE_GET:
        return ouro_queue_put_nowait(&world.empty, &item);
    case QUEUE_PUT:
        return ouro_queue_get_nowait(&world.full, &item);
    case QUEUE_JOIN:
        return ouro_queue_task_done(&world.full);
    case SEND:
        return ouro_channel_try_receive(&world.channel, &item);
    case RECEIVE:
    case SELECT:
        return ouro_channel_try_send(&world.channel, &item);
    case AS_COMPLETED:
        return ouro_future_set_result(world.future, NULL);
    case KINDS:
        break;
    }
    FAIL("no such kind");
    return 0;
}

OURO_ASYNC(all_are_listed)
{
    static char list[8192];
    int kind;

    for (kind = 0; kind < KINDS; kind++) {
        ouro_task *task;
        char text[64];
        char line[128];

        make_world();
        task = ouro_create_task(waits_once_coro(kind), .name = "waiter");
        OURO_TRY(ouro_sleep(0.1));
        CHECK(ouro_task_format_wait(task, text, sizeof text) > 0);
        CHECK_STR(text, texts[kind]);
        snprintf(line, sizeof line, "task 'waiter' waits_once(): %s,", texts[kind]);
        CHECK(ouro_format_tasks(list, sizeof list, NULL) > 0);
        CHECK(strstr(list, line) != NULL);
        CHECK(let_go(kind) >= 0);
        CHECK(ouro_await(task) >= 0);
        ouro_task_unref(task);
        drop_world();
    }
    return 0;
}

TEST_WITH(every_wait_tells_what_it_is, .backends = TEST_SIM)
{
    RUN(all_are_listed_coro());
}

OURO_ASYNC(as_completed_is_an_edge)
{
    ouro_task *task;
    ouro_call_graph *graph;

    make_world();
    task = ouro_create_task(waits_once_coro(AS_COMPLETED), .name = "waiter");
    OURO_TRY(ouro_sleep(0));
    graph = ouro_capture_call_graph(world.future);
    CHECK(graph != NULL && graph->awaited_by != NULL);
    CHECK_PTR(graph->awaited_by->future, task);
    CHECK_PTR(graph->awaited_by->next, NULL);
    ouro_call_graph_free(graph);
    ouro_task_cancel(task, NULL);
    CHECK_INT(ouro_await(task), -ECANCELED);
    graph = ouro_capture_call_graph(world.future);
    CHECK_PTR(graph->awaited_by, NULL);
    ouro_call_graph_free(graph);
    ouro_task_unref(task);
    drop_world();
    return 0;
}

TEST_WITH(who_waits_in_as_completed_awaits_its_futures, .backends = TEST_SIM)
{
    RUN(as_completed_is_an_edge_coro());
}

/* Cancelled scopes. */

OURO_ASYNC(waits_when_cancelled, (int, kind))
{
    double begin = ouro_loop_time(ouro_get_running_loop());
    int status = 0;
    int i;

    ouro_with_cancel_scope(scope, &status)
    {
        ouro_cancel_scope_cancel(&scope);
        for (i = 0; i < 4; i++) {
            status = wait_once(kind);
            if (status != -ECANCELED)
                FAIL("%s: %d", texts[kind], status);
        }
    }
    CHECK_INT(status, 0);
    CHECK(ouro_loop_time(ouro_get_running_loop()) == begin);
    return 0;
}

OURO_ASYNC(level_trigger)
{
    int kind;

    for (kind = 0; kind < KINDS; kind++) {
        ouro_task *cancelled;
        ouro_task *waiter;

        make_world();
        waiter = ouro_create_task(waits_once_coro(kind));
        OURO_TRY(ouro_sleep(0.1));
        cancelled = ouro_create_task(waits_when_cancelled_coro(kind));
        CHECK_INT(ouro_await(cancelled), 0);
        /* A notify that a cancelled task may have got goes to the next one of a condition. */
        CHECK(kind == CONDITION || !ouro_future_done(waiter));
        CHECK(let_go(kind) >= 0);
        if (ouro_await(waiter) < 0)
            FAIL("%s: the one that was not cancelled failed", texts[kind]);
        ouro_task_unref(waiter);
        ouro_task_unref(cancelled);
        drop_world();
    }
    return 0;
}

TEST_WITH(a_cancelled_scope_ends_each_wait_at_once, .backends = TEST_SIM)
{
    RUN(level_trigger_coro());
}

/* A condition must have its lock again before it returns. */
OURO_ASYNC(waits_for_condition, (double *, ret_end))
{
    int status = 0;

    ouro_with_move_on_after(&status, 1)
    {
        CHECK_INT(ouro_condition_acquire(&world.condition), 0);
        CHECK_INT(ouro_condition_wait(&world.condition), -ECANCELED);
        CHECK(ouro_condition_locked(&world.condition));
        CHECK_INT(ouro_condition_release(&world.condition), 0);
        *ret_end = ouro_loop_time(ouro_get_running_loop());
        status = ouro_sleep(100); /* the scope goes on to cancel */
        CHECK_INT(status, -ECANCELED);
    }
    CHECK_INT(status, 0);
    CHECK(ouro_loop_time(ouro_get_running_loop()) == *ret_end);
    return 0;
}

OURO_ASYNC(holds_lock)
{
    double begin = ouro_loop_time(ouro_get_running_loop());
    double end = 0;
    ouro_task *task;

    make_world();
    task = ouro_create_task(waits_for_condition_coro(&end));
    OURO_TRY(ouro_sleep(0.5));
    CHECK_INT(ouro_condition_acquire(&world.condition), 0);
    OURO_TRY(ouro_sleep(5));
    CHECK(!ouro_future_done(task));
    CHECK_INT(ouro_condition_release(&world.condition), 0);
    CHECK_INT(ouro_await(task), 0);
    CHECK(end == begin + 5.5);
    ouro_task_unref(task);
    drop_world();
    return 0;
}

TEST_WITH(a_cancelled_condition_waits_for_its_lock_without_spinning, .backends = TEST_SIM)
{
    RUN(holds_lock_coro());
}
