/* Queues: what the comparison with CPython cannot show: misuse, memory, loops, the typed forms. */
#include "base/alloc.h"
#include "harness/random.h"
#include "harness/test.h"

#include <errno.h>
#include <ouro.h>
#include <string.h>

#define RUN(coroutine) CHECK_INT(ouro_run(coroutine), 0)

struct job {
    int priority;
    char name[12];
};

static bool job_before(const struct job *left, const struct job *right)
{
    return left->priority < right->priority;
}

OURO_QUEUE_TYPE(number_queue, int);
OURO_LIFO_QUEUE_TYPE(number_stack, int);
OURO_PRIORITY_QUEUE_TYPE(job_queue, struct job, job_before);

static bool int_before(const void *left, const void *right)
{
    return *(const int *) left < *(const int *) right;
}

TEST(a_ring_keeps_its_order_while_it_grows)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 0);
    int put = 0;
    int got = 0;
    int round;
    int value;

    for (round = 1; round < 60; round++) {
        int i;

        for (i = 0; i < round; i++, put++)
            CHECK_INT(ouro_queue_put_nowait(&queue, &put), 0);
        for (i = 0; i < round - 1; i++, got++) {
            CHECK_INT(ouro_queue_get_nowait(&queue, &value), 0);
            CHECK_INT(value, got);
        }
    }
    CHECK_INT(ouro_queue_qsize(&queue), put - got);
    for (; got < put; got++) {
        CHECK_INT(ouro_queue_get_nowait(&queue, &value), 0);
        CHECK_INT(value, got);
    }
    CHECK_INT(ouro_queue_get_nowait(&queue, &value), OURO_EEMPTY);
    ouro_queue_done(&queue);
}

TEST(a_queue_may_be_zero_and_typed)
{
    number_queue queue = { 0 };
    number_stack stack = { 0 };
    job_queue jobs = { 0 };
    struct job job;
    int value;

    CHECK_INT(number_queue_get_nowait(&queue, &value), OURO_EEMPTY);
    CHECK_INT(number_queue_put_nowait(&queue, 1), 0);
    CHECK_INT(number_queue_put_nowait(&queue, 2), 0);
    CHECK_INT(number_queue_get_nowait(&queue, &value), 0);
    CHECK_INT(value, 1);
    CHECK_INT(number_stack_put_nowait(&stack, 1), 0);
    CHECK_INT(number_stack_put_nowait(&stack, 2), 0);
    CHECK_INT(number_stack_get_nowait(&stack, &value), 0);
    CHECK_INT(value, 2);
    CHECK_INT(job_queue_put_nowait(&jobs, (struct job) { 2, "later" }), 0);
    CHECK_INT(job_queue_put_nowait(&jobs, (struct job) { 1, "sooner" }), 0);
    CHECK_INT(job_queue_get_nowait(&jobs, &job), 0);
    CHECK_STR(job.name, "sooner");
    number_queue_done(&queue);
    number_stack_done(&stack);
    job_queue_done(&jobs);
}

TEST(items_of_every_size_are_copied_whole)
{
    size_t size;

    for (size = 1; size <= 40; size++) {
        unsigned char item[40];
        unsigned char found[41];
        ouro_queue queue;
        int i;

        CHECK_INT(ouro_queue_init(&queue, size, 5), 0);
        for (i = 0; i < 5; i++) {
            memset(item, 0x40 + i, sizeof item);
            CHECK_INT(ouro_queue_put_nowait(&queue, item), 0);
        }
        CHECK_INT(ouro_queue_put_nowait(&queue, item), OURO_EFULL);
        CHECK(ouro_queue_full(&queue));
        for (i = 0; i < 5; i++) {
            memset(item, 0x40 + i, sizeof item);
            memset(found, 0, sizeof found);
            CHECK_INT(ouro_queue_get_nowait(&queue, found), 0);
            CHECK_BYTES(found, size, item, size);
            CHECK_INT(found[size], 0);
        }
        ouro_queue_done(&queue);
    }
}

TEST(a_heap_sorts)
{
    ouro_queue queue = OURO_PRIORITY_QUEUE_INIT(int, 0, int_before);
    struct test_random random = { 7 };
    int last = -1;
    int value;
    int i;

    for (i = 0; i < 1000; i++) {
        value = (int) test_random_below(&random, 100);
        CHECK_INT(ouro_queue_put_nowait(&queue, &value), 0);
    }
    for (i = 0; i < 1000; i++) {
        CHECK_INT(ouro_queue_get_nowait(&queue, &value), 0);
        CHECK(value >= last);
        last = value;
    }
    ouro_queue_done(&queue);
}

/* Iteration. */

OURO_ASYNC(put_numbers, (number_queue *, queue))
{
    for (int i = 1; i <= 9; i++) {
        OURO_TRY(number_queue_put(queue, i));
        OURO_TRY(ouro_sleep(i % 3));
    }
    ouro_queue_shutdown(&queue->queue, false);
    return 0;
}

OURO_ASYNC(add_numbers, (number_queue *, queue), (int *, sum))
{
    int status = 0;

    ouro_async_for(int, number, number_queue_items(queue), &status)
    {
        *sum += number;
        CHECK_INT(ouro_queue_task_done(&queue->queue), 0);
    }
    return status;
}

OURO_ASYNC(iterates)
{
    number_queue queue = { 0 };
    int sums[2] = { 0, 0 };
    int status = 0;
    int turns = 0;

    CHECK_INT(number_queue_init(&queue, 2), 0);
    CHECK_INT(ouro_gather(put_numbers_coro(&queue), add_numbers_coro(&queue, &sums[0]),
                          add_numbers_coro(&queue, &sums[1])),
              0);
    CHECK_INT(sums[0] + sums[1], 45);
    CHECK(sums[0] > 0 && sums[1] > 0);
    CHECK_INT(ouro_queue_join(&queue.queue), 0);
    ouro_async_for(int, number, ouro_queue_items(&queue.queue), &status)
    {
        turns += number + 1; /* it is at its end, and stays there */
    }
    CHECK_INT(turns, 0);
    CHECK_INT(status, 0);
    number_queue_done(&queue);

    queue = (number_queue) { 0 };
    CHECK_INT(number_queue_put(&queue, 1), 0);
    CHECK_INT(number_queue_put(&queue, 2), 0);
    ouro_async_for(int, number, number_queue_items(&queue), &status)
    {
        turns = number;
        break;
    }
    CHECK_INT(turns, 1);
    CHECK_INT(ouro_queue_qsize(&queue.queue), 1);
    ouro_with_timeout (&status, 1) {
        ouro_async_for(int, number, number_queue_items(&queue), &status)
        {
            turns = number;
        }
    }
    CHECK_INT(status, -ETIMEDOUT);
    CHECK_INT(turns, 2);
    status = 0;
    ouro_async_for(char, item, ouro_queue_items(&queue.queue), &status)
    {
        FAIL("of the wrong size: %d", item);
    }
    CHECK_INT(status, -EINVAL);
    status = 0;
    ouro_async_for(char, item, ouro_queue_items(NULL), &status)
    {
        FAIL("no queue has an item: %d", item);
    }
    CHECK_INT(status, -EINVAL);
    number_queue_done(&queue);
    return 0;
}

TEST_WITH(a_loop_gets_items_until_the_shutdown, .backends = TEST_SIM)
{
    RUN(iterates_coro());
}

TEST(misuse_is_named)
{
    ouro_queue queue = { 0 };
    ouro_queue heap = OURO_PRIORITY_QUEUE_INIT(int, 0, NULL);
    number_queue typed = { OURO_QUEUE_INIT(char, 0) };
    int value = 0;

    CHECK_INT(ouro_queue_init(NULL, 4, 0), -EINVAL);
    CHECK_INT(ouro_queue_init(&queue, 0, 0), -EINVAL);
    CHECK_INT(ouro_priority_queue_init(&queue, 4, 0, NULL), -EINVAL);
    memset(&queue, 0, sizeof queue);
    CHECK_INT(ouro_queue_put_nowait(&queue, &value), -EINVAL);
    CHECK(strstr(ouro_error_detail()->text, "OURO_QUEUE_INIT") != NULL);
    CHECK_INT(ouro_queue_get_nowait(&queue, &value), -EINVAL);
    CHECK_INT(ouro_queue_put_nowait(NULL, &value), -EINVAL);
    CHECK_INT(ouro_queue_get_nowait(NULL, &value), -EINVAL);
    CHECK_INT(ouro_queue_join(NULL), -EINVAL);
    CHECK_INT(ouro_queue_task_done(NULL), OURO_EOVERRELEASE);
    CHECK_INT(ouro_queue_put_nowait(&heap, &value), -EINVAL);
    CHECK_INT(number_queue_put_nowait(&typed, 1), -EINVAL);
    CHECK(strstr(ouro_error_detail()->text, "another size") != NULL);
    CHECK_INT(ouro_queue_init(&queue, 4, 1), 0);
    CHECK_INT(ouro_queue_put_nowait(&queue, NULL), -EINVAL);
    CHECK_INT(ouro_queue_get(&queue, &value), OURO_ENOLOOP);
    CHECK_INT(ouro_queue_put_nowait(&queue, &value), 0);
    CHECK_INT(ouro_queue_put(&queue, &value), OURO_ENOLOOP);
    CHECK_INT(ouro_queue_join(&queue), OURO_ENOLOOP);
    CHECK_INT(ouro_queue_get_nowait(&queue, NULL), 0);
    CHECK_INT(ouro_queue_task_done(&queue), 0);
    CHECK_INT(ouro_queue_task_done(&queue), OURO_EOVERRELEASE);
    ouro_queue_shutdown(NULL, true);
    ouro_queue_done(&queue);
    ouro_queue_done(NULL);
}

static void get_in_callback(void *arg)
{
    int value;

    CHECK_INT(ouro_queue_get((ouro_queue *) arg, &value), OURO_ENOTASK);
}

OURO_ASYNC(callback_gets, (ouro_queue *, queue))
{
    ouro_loop_call_soon(ouro_get_running_loop(), get_in_callback, queue);
    return ouro_sleep(0);
}

TEST_WITH(a_callback_cannot_wait, .backends = TEST_SIM)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 0);

    RUN(callback_gets_coro(&queue));
    ouro_queue_done(&queue);
}

OURO_ASYNC(get_one, (number_queue *, queue), (int *, ret_value))
{
    return number_queue_get(queue, ret_value);
}

OURO_ASYNC(put_one, (number_queue *, queue), (int, value))
{
    return number_queue_put(queue, value);
}

OURO_ASYNC(join_it, (number_queue *, queue))
{
    return ouro_queue_join(&queue->queue);
}

OURO_ASYNC(hand_over, (number_queue *, queue))
{
    int value = 0;
    ouro_task *task = ouro_create_task(get_one_coro(queue, &value));

    OURO_TRY(ouro_sleep(0));
    int status = number_queue_put(queue, 5);
    if (status == 0)
        status = ouro_await(task);
    ouro_task_unref(task);
    OURO_TRY(status);
    CHECK_INT(value, 5);
    return ouro_queue_task_done(&queue->queue);
}

TEST_ALL_BACKENDS(a_queue_serves_one_loop)
{
    number_queue queue = { 0 };

    RUN(hand_over_coro(&queue));
    CHECK_INT(ouro_run(hand_over_coro(&queue)), OURO_EWRONGLOOP);
    number_queue_done(&queue);
}

OURO_ASYNC(leave_waiters, (number_queue *, empty), (number_queue *, full), (int *, ret_value))
{
    ouro_task *tasks[] = {
        ouro_create_task(get_one_coro(empty, ret_value)),
        ouro_create_task(put_one_coro(full, 2)),
        ouro_create_task(join_it_coro(full)),
    };
    size_t i;

    for (i = 0; i < 3; i++)
        ouro_task_unref(tasks[i]);
    return ouro_sleep(1);
}

static void ignore_report(ouro_loop *loop, const ouro_exception_context *context, void *arg)
{
    (void) loop;
    (void) context;
    (void) arg;
}

/* A runner would cancel the tasks; this loop is closed under them. */
TEST_WITH(a_loop_closes_under_waiters, .backends = TEST_SIM)
{
    number_queue empty = { 0 };
    number_queue full = { OURO_QUEUE_INIT(int, 1) };
    ouro_loop *loop;
    ouro_task *task;
    int value = 0;

    CHECK_INT(number_queue_put_nowait(&full, 1), 0);
    CHECK_INT(ouro_new_event_loop(&loop), 0);
    ouro_loop_set_exception_handler(loop, ignore_report, NULL);
    task = ouro_loop_create_task(loop, leave_waiters_coro(&empty, &full, &value));
    CHECK_INT(ouro_loop_run_until_complete(loop, task), 0);
    ouro_task_unref(task);
    CHECK_INT(ouro_loop_close(loop), 0);
    CHECK_INT(number_queue_put_nowait(&empty, 1), 0);
    CHECK_INT(number_queue_get_nowait(&full, &value), 0);
    CHECK_INT(ouro_queue_task_done(&full.queue), 0);
    CHECK_INT(ouro_queue_qsize(&full.queue), 0);
    number_queue_done(&empty);
    number_queue_done(&full);
}

OURO_ASYNC(done_under_a_waiter, (number_queue *, queue), (int *, ret_value))
{
    ouro_task *task = ouro_create_task(get_one_coro(queue, ret_value));

    OURO_TRY(ouro_sleep(0));
    ouro_task_unref(task);
    number_queue_done(queue);
    return 0;
}

TEST_WITH(a_queue_with_waiters_is_not_freed, .backends = TEST_SIM)
{
    number_queue queue = { 0 };
    int value;

    CHECK_DIES(SIGABRT, "waiters_are_none")
    {
        ouro_ignore(ouro_run(done_under_a_waiter_coro(&queue, &value)));
    }
}

TEST_ALLOCATION_FAILURES(growth_that_fails_loses_nothing)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 0);
    int put = 0;
    int got;
    int value;
    int status = 0;

    for (; put < 100; put++) {
        if (put == 5) { /* the ring is wrapped from here on */
            CHECK_INT(ouro_queue_get_nowait(&queue, &value), 0);
            CHECK_INT(value, 0);
        }
        status = ouro_queue_put_nowait(&queue, &put);
        if (status < 0)
            break;
    }
    CHECK_INT(status, test_fault_fired() ? -ENOMEM : 0);
    if (status < 0)
        CHECK_INT(ouro_queue_put_nowait(&queue, &put), 0);
    put += status < 0;
    for (got = put < 6 ? 0 : 1; got < put; got++) {
        CHECK_INT(ouro_queue_get_nowait(&queue, &value), 0);
        CHECK_INT(value, got);
    }
    CHECK(ouro_queue_empty(&queue));
    ouro_queue_done(&queue);
}

OURO_ASYNC(quiet, (number_queue *, queue))
{
    unsigned long before;
    int value;
    int i;

    OURO_TRY(number_queue_put(queue, 0));
    before = ouro__alloc_count();
    for (i = 1; i < 1000; i++) {
        OURO_TRY(number_queue_put(queue, i));
        OURO_TRY(number_queue_get(queue, &value));
        CHECK_INT(value, i - 1);
    }
    CHECK_INT(ouro__alloc_count(), before);
    return 0;
}

static void never(void *arg)
{
    (void) arg;
    FAIL("a put or get that need not wait has suspended");
}

OURO_ASYNC(watch_quiet, (number_queue *, queue))
{
    ouro_handle *handle = ouro_loop_call_soon(ouro_get_running_loop(), never, NULL);

    OURO_TRY(quiet(queue));
    ouro_handle_cancel(handle);
    return 0;
}

TEST_WITH(what_need_not_wait_neither_suspends_nor_allocates, .backends = TEST_SIM)
{
    number_queue queue = { OURO_QUEUE_INIT(int, 4) };

    RUN(watch_quiet_coro(&queue));
    number_queue_done(&queue);
}

/* Conservation: producers and consumers that are cancelled at random. What was put is what was got
 * and what is left. */
enum { WORKERS = 12, STEPS = 400 };

struct ledger {
    number_queue queue;
    struct test_random random;
    int next; /* item, each put once */
    int put;
    int got;
    bool seen[WORKERS * STEPS];
};

OURO_ASYNC(producer, (struct ledger *, ledger))
{
    int i;

    for (i = 0; i < STEPS; i++) {
        int status = number_queue_put(&ledger->queue, ledger->next++);

        if (status < 0)
            return status;
        ledger->put++;
        if (test_random_below(&ledger->random, 3) == 0)
            OURO_TRY(ouro_sleep(0));
    }
    return 0;
}

OURO_ASYNC(consumer, (struct ledger *, ledger))
{
    for (;;) {
        int value;

        OURO_TRY(number_queue_get(&ledger->queue, &value));
        CHECK(!ledger->seen[value]);
        ledger->seen[value] = true;
        ledger->got++;
        OURO_TRY(ouro_queue_task_done(&ledger->queue.queue));
        if (test_random_below(&ledger->random, 3) == 0)
            OURO_TRY(ouro_sleep(0));
    }
}

OURO_ASYNC(cancel_at_random, (struct ledger *, ledger))
{
    ouro_task *tasks[WORKERS];
    int i;
    int step;

    for (i = 0; i < WORKERS; i++)
        tasks[i] = i % 2 != 0 ? ouro_create_task(producer_coro(ledger))
                              : ouro_create_task(consumer_coro(ledger));
    for (step = 0; step < 3 * WORKERS; step++) {
        OURO_TRY(ouro_sleep(0));
        if (test_random_below(&ledger->random, 3) == 0)
            ouro_task_cancel(tasks[test_random_below(&ledger->random, WORKERS)], NULL);
    }
    ouro_queue_shutdown(&ledger->queue.queue, false);
    for (i = 0; i < WORKERS; i++) {
        ouro_ignore(ouro_await(tasks[i]));
        ouro_task_unref(tasks[i]);
    }
    return 0;
}

TEST_WITH(cancels_lose_and_double_nothing, .backends = TEST_SIM, .seconds = 30)
{
    uint64_t seed;

    for (seed = 1; seed <= 200; seed++) {
        struct ledger ledger = { .random = { seed } };

        CHECK_INT(number_queue_init(&ledger.queue, (ptrdiff_t) (seed % 4)), 0);
        RUN(cancel_at_random_coro(&ledger));
        CHECK_INT(ledger.put, ledger.got + (int) ouro_queue_qsize(&ledger.queue.queue));
        CHECK(ledger.got > 0);
        number_queue_done(&ledger.queue);
    }
}
