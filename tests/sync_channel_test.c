/* Channels and select: hand-over, closing, the rule of cancelling, misuse, memory, loops. */
#include "base/alloc.h"
#include "harness/random.h"
#include "harness/test.h"

#include <errno.h>
#include <ouro.h>
#include <string.h>

#define RUN(coroutine) CHECK_INT(ouro_run(coroutine), 0)

OURO_CHANNEL_TYPE(numbers, int);

OURO_ASYNC(send_range, (numbers *, channel), (int, first), (int, count))
{
    for (int i = 0; i < count; i++) {
        OURO_TRY(numbers_send(channel, first + i));
    }
    return numbers_close(channel);
}

OURO_ASYNC(receive_range, (numbers *, channel))
{
    ouro_task *task = ouro_create_task(send_range_coro(channel, 10, 20));
    int expected = 10;
    int value;

    while (OURO_TRY(numbers_receive(channel, &value))) {
        CHECK_INT(value, expected);
        expected++;
    }
    CHECK_INT(expected, 30);
    CHECK_INT(numbers_receive(channel, &value), 0);
    OURO_TRY(ouro_await(task));
    ouro_task_unref(task);
    return 0;
}

TEST_ALL_BACKENDS(items_come_in_order_until_the_close)
{
    size_t capacity;

    for (capacity = 0; capacity < 30; capacity++) {
        numbers channel;

        CHECK_INT(numbers_init(&channel, capacity), 0);
        RUN(receive_range_coro(&channel));
        numbers_done(&channel);
    }
}

OURO_ASYNC(iterates)
{
    numbers channel = { 0 };
    ouro_task *task = ouro_create_task(send_range_coro(&channel, 10, 20));
    int expected = 10;
    int status = 0;

    ouro_async_for(int, value, numbers_items(&channel), &status)
    {
        CHECK_INT(value, expected);
        if (++expected == 15)
            break;
    }
    CHECK_INT(expected, 15);
    ouro_async_for(int, value, ouro_channel_items(&channel.channel), &status)
    {
        CHECK_INT(value, expected);
        expected++;
    }
    CHECK_INT(status, 0);
    CHECK_INT(expected, 30);
    ouro_async_for(int, value, numbers_items(&channel), &status)
    {
        FAIL("closed and drained, but %d", value);
    }
    CHECK_INT(status, 0);
    OURO_TRY(ouro_await(task));
    ouro_task_unref(task);
    ouro_async_for(int, value, ouro_channel_items(NULL), &status)
    {
        FAIL("no channel has an item: %d", value);
    }
    CHECK_INT(status, -EINVAL);
    return 0;
}

TEST_ALL_BACKENDS(a_loop_receives_items_until_the_close)
{
    RUN(iterates_coro());
}

TEST(a_channel_keeps_as_many_items_as_it_was_made_for)
{
    numbers channel = { OURO_CHANNEL_INIT(int, 2) };
    numbers rendezvous = { 0 };
    int value;

    CHECK_INT(numbers_try_receive(&channel, &value), OURO_EEMPTY);
    CHECK_INT(numbers_try_send(&channel, 1), 0);
    CHECK_INT(numbers_try_send(&channel, 2), 0);
    CHECK_INT(numbers_try_send(&channel, 3), OURO_EFULL);
    CHECK_INT(ouro_channel_size(&channel.channel), 2);
    CHECK_INT(ouro_channel_capacity(&channel.channel), 2);
    CHECK_INT(numbers_close(&channel), 0);
    CHECK(ouro_channel_is_closed(&channel.channel));
    CHECK_INT(numbers_try_send(&channel, 3), OURO_ECLOSED);
    CHECK_INT(numbers_try_receive(&channel, &value), 1);
    CHECK_INT(value, 1);
    CHECK_INT(numbers_try_receive(&channel, NULL), 1);
    CHECK_INT(numbers_try_receive(&channel, &value), 0);
    CHECK_INT(numbers_try_send(&rendezvous, 1), OURO_EFULL);
    numbers_done(&channel);
    numbers_done(&rendezvous);
}

TEST(misuse_is_named)
{
    ouro_channel channel = { 0 };
    numbers typed = { OURO_CHANNEL_INIT(char, 0) };
    int value = 0;

    CHECK_INT(ouro_channel_init(NULL, 4, 0), -EINVAL);
    CHECK_INT(ouro_channel_init(&channel, 0, 0), -EINVAL);
    CHECK_INT(ouro_channel_try_send(&channel, &value), -EINVAL);
    CHECK(strstr(ouro_error_detail()->text, "OURO_CHANNEL_INIT") != NULL);
    CHECK_INT(ouro_channel_try_receive(NULL, &value), -EINVAL);
    CHECK_INT(ouro_channel_close(NULL), -EINVAL);
    CHECK_INT(numbers_try_send(&typed, 1), -EINVAL);
    CHECK(strstr(ouro_error_detail()->text, "another size") != NULL);
    CHECK_INT(ouro_channel_init(&channel, 4, 0), 0);
    CHECK_INT(ouro_channel_try_send(&channel, NULL), -EINVAL);
    CHECK_INT(ouro_channel_receive(&channel, &value), OURO_ENOLOOP);
    CHECK_INT(ouro_channel_send(&channel, &value), OURO_ENOLOOP);
    CHECK_INT(ouro_select_array(NULL, 1), -EINVAL);
    CHECK_INT(ouro_select((ouro_select_case) { 0 }), -EINVAL);
    CHECK_INT(ouro_select(OURO_SEND(&channel, NULL)), -EINVAL);
    CHECK_INT(ouro_select(OURO_RECEIVE(NULL, &value)), -EINVAL);
    CHECK(strstr(ouro_error_detail()->text, "never return") != NULL);
    CHECK_INT(ouro_select(OURO_RECEIVE(NULL, &value), OURO_OTHERWISE), 1);
    CHECK_INT(ouro_select(OURO_RECEIVE(&channel, &value)), OURO_ENOLOOP);
    CHECK_INT(ouro_channel_close(&channel), 0);
    CHECK_INT(ouro_channel_close(&channel), OURO_ECLOSED);
    CHECK(strstr(ouro_error_detail()->text, "already") != NULL);
    ouro_channel_done(&channel);
    ouro_channel_done(NULL);
}

OURO_ASYNC(receive_one, (numbers *, channel), (int *, ret_value))
{
    return numbers_receive(channel, ret_value);
}

OURO_ASYNC(send_one, (numbers *, channel), (int, value))
{
    return numbers_send(channel, value);
}

OURO_ASYNC(receive_then_sleep, (numbers *, channel), (int *, ret_value))
{
    int status = numbers_receive(channel, ret_value);

    CHECK_INT(status, 1);
    CHECK_INT(ouro_task_cancelling(ouro_current_task()), 1);
    return ouro_sleep(0);
}

static int join(ouro_task *task)
{
    int status = ouro_await(task);

    ouro_task_unref(task);
    return status;
}

/* A cancel before the hand-over: nothing is received. After it: the result, and the cancel at the
 * next suspension. */
OURO_ASYNC(cancel_receivers, (numbers *, channel))
{
    int first = 0;
    int second = 0;
    ouro_task *one = ouro_create_task(receive_one_coro(channel, &first));
    ouro_task *two = ouro_create_task(receive_then_sleep_coro(channel, &second));

    OURO_TRY(ouro_sleep(0));
    ouro_task_cancel(one, NULL);
    CHECK_INT(numbers_try_send(channel, 5), 0);
    CHECK_INT(second, 5);
    ouro_task_cancel(two, NULL);
    CHECK_INT(join(one), -ECANCELED);
    CHECK_INT(first, 0);
    CHECK_INT(join(two), -ECANCELED);
    return 0;
}

OURO_ASYNC(cancel_senders, (numbers *, channel))
{
    int value = 0;
    ouro_task *one = ouro_create_task(send_one_coro(channel, 1));
    ouro_task *two = ouro_create_task(send_one_coro(channel, 2));

    OURO_TRY(ouro_sleep(0));
    ouro_task_cancel(one, NULL);
    CHECK_INT(numbers_try_receive(channel, &value), 1);
    CHECK_INT(value, 2);
    CHECK_INT(numbers_try_receive(channel, &value), OURO_EEMPTY);
    CHECK_INT(join(one), -ECANCELED);
    CHECK_INT(join(two), 0);
    return 0;
}

TEST_WITH(a_cancelled_call_has_moved_nothing, .backends = TEST_SIM)
{
    numbers channel = { 0 };

    RUN(cancel_receivers_coro(&channel));
    numbers_done(&channel);
    RUN(cancel_senders_coro(&channel));
    numbers_done(&channel);
}

OURO_ASYNC(close_under_waiters, (numbers *, empty), (numbers *, full))
{
    int value = 7;
    int other = 7;
    ouro_task *receivers[] = {
        ouro_create_task(receive_one_coro(empty, &value)),
        ouro_create_task(receive_one_coro(empty, &other)),
    };
    ouro_task *senders[2];
    int i;

    CHECK_INT(numbers_try_send(full, 1), 0);
    for (i = 0; i < 2; i++)
        senders[i] = ouro_create_task(send_one_coro(full, i + 2));
    OURO_TRY(ouro_sleep(0));
    CHECK_INT(numbers_close(empty), 0);
    CHECK_INT(numbers_close(full), 0);
    for (i = 0; i < 2; i++) {
        CHECK_INT(join(receivers[i]), 0);
        CHECK_INT(join(senders[i]), OURO_ECLOSED);
    }
    CHECK_INT(value, 7);
    CHECK_INT(numbers_receive(full, &value), 1);
    CHECK_INT(value, 1);
    CHECK_INT(numbers_receive(full, &value), 0);
    return 0;
}

TEST_WITH(a_close_ends_all_waits, .backends = TEST_SIM)
{
    numbers empty = { 0 };
    numbers full = { OURO_CHANNEL_INIT(int, 1) };

    RUN(close_under_waiters_coro(&empty, &full));
    numbers_done(&empty);
    numbers_done(&full);
}

OURO_ASYNC(select_some)
{
    numbers a = { OURO_CHANNEL_INIT(int, 1) };
    numbers b = { 0 };
    int x = 0;
    int y = 4;
    int result = 9;
    ouro_task *task;

    CHECK_INT(ouro_select(numbers_receive_case(&a, &x), OURO_OTHERWISE), 1);
    OURO_TRY(numbers_send(&a, 3));
    CHECK_INT(ouro_select(numbers_receive_case(&a, &x), numbers_send_case(&b, &y)), 0);
    CHECK_INT(x, 3);
    task = ouro_create_task(receive_one_coro(&b, &x));
    CHECK_INT(
        ouro_select(numbers_receive_case(&a, &x), OURO_SEND(&b.channel, &y, .ret_result = &result)),
        1);
    CHECK_INT(result, 0);
    CHECK_INT(join(task), 1);
    CHECK_INT(x, 4);
    task = ouro_create_task(send_one_coro(&b, 8));
    CHECK_INT(ouro_select(numbers_receive_case(&a, &y),
                          OURO_RECEIVE(&b.channel, &x, .ret_result = &result)),
              1);
    CHECK_INT(result, 1);
    CHECK_INT(x, 8);
    CHECK_INT(join(task), 0);
    CHECK_INT(numbers_close(&b), 0);
    CHECK_INT(ouro_select(numbers_receive_case(&a, &y),
                          OURO_RECEIVE(&b.channel, &x, .ret_result = &result)),
              1);
    CHECK_INT(result, 0);
    CHECK_INT(ouro_select(OURO_SEND(&b.channel, &x, .ret_result = &result)), 0);
    CHECK_INT(result, OURO_ECLOSED);
    numbers_done(&a);
    numbers_done(&b);
    return 0;
}

TEST_ALL_BACKENDS(a_select_does_one_case)
{
    RUN(select_some_coro());
}

OURO_ASYNC(select_fairly)
{
    numbers channels[3] = { 0 };
    int counts[3] = { 0 };
    int value;
    int i;

    for (i = 0; i < 3; i++) {
        OURO_TRY(numbers_init(&channels[i], 1000));
        while (numbers_try_send(&channels[i], i) == 0)
            continue;
    }
    for (i = 0; i < 900; i++) {
        int which = OURO_TRY(ouro_select(numbers_receive_case(&channels[0], &value),
                                         numbers_receive_case(&channels[1], &value),
                                         numbers_receive_case(&channels[2], &value)));

        CHECK_INT(which, value);
        counts[which]++;
    }
    for (i = 0; i < 3; i++) {
        CHECK(counts[i] > 240 && counts[i] < 360);
        numbers_done(&channels[i]);
    }
    return 0;
}

TEST_WITH(a_select_is_fair, .backends = TEST_SIM)
{
    RUN(select_fairly_coro());
}

TEST_ALL_BACKENDS(a_channel_serves_one_loop)
{
    numbers channel = { 0 };

    RUN(cancel_senders_coro(&channel));
    CHECK_INT(ouro_run(receive_one_coro(&channel, NULL)), OURO_EWRONGLOOP);
    numbers_done(&channel);
}

OURO_ASYNC(select_both, (numbers *, a), (numbers *, b), (int *, ret_value))
{
    return ouro_select(numbers_receive_case(a, ret_value), numbers_receive_case(b, ret_value));
}

OURO_ASYNC(leave_waiters, (numbers *, a), (numbers *, b), (int *, ret_value))
{
    ouro_task_unref(ouro_create_task(receive_one_coro(a, ret_value)));
    ouro_task_unref(ouro_create_task(select_both_coro(a, b, ret_value)));
    return ouro_sleep(1);
}

static void ignore_report(ouro_loop *loop, const ouro_exception_context *context, void *arg)
{
    (void) loop;
    (void) context;
    (void) arg;
}

TEST_WITH(a_loop_closes_under_waiters, .backends = TEST_SIM)
{
    numbers a = { 0 };
    numbers b = { 0 };
    ouro_loop *loop;
    ouro_task *task;
    int value = 0;

    CHECK_INT(ouro_new_event_loop(&loop), 0);
    ouro_loop_set_exception_handler(loop, ignore_report, NULL);
    task = ouro_loop_create_task(loop, leave_waiters_coro(&a, &b, &value));
    CHECK_INT(ouro_loop_run_until_complete(loop, task), 0);
    ouro_task_unref(task);
    CHECK_INT(ouro_loop_close(loop), 0);
    CHECK_INT(numbers_try_send(&a, 1), OURO_EFULL);
    CHECK_INT(numbers_try_send(&b, 1), OURO_EFULL);
    numbers_done(&a);
    numbers_done(&b);
}

OURO_ASYNC(done_under_a_waiter, (numbers *, channel))
{
    ouro_task *task = ouro_create_task(receive_one_coro(channel, NULL));

    OURO_TRY(ouro_sleep(0));
    ouro_task_unref(task);
    numbers_done(channel);
    return 0;
}

TEST_WITH(a_channel_with_waiters_is_not_freed, .backends = TEST_SIM)
{
    numbers channel = { 0 };

    CHECK_DIES(SIGABRT, "waiters_are_none")
    {
        ouro_ignore(ouro_run(done_under_a_waiter_coro(&channel)));
    }
}

TEST_ALLOCATION_FAILURES(growth_that_fails_loses_nothing)
{
    numbers channel = { OURO_CHANNEL_INIT(int, 100) };
    int sent = 0;
    int received = 0;
    int status = 0;
    int value;

    while (sent < 100 && status == 0) {
        status = numbers_try_send(&channel, sent);
        sent += status == 0;
    }
    CHECK_INT(status, test_fault_fired() ? -ENOMEM : 0);
    while (numbers_try_receive(&channel, &value) == 1) {
        CHECK_INT(value, received);
        received++;
    }
    CHECK_INT(received, sent);
    value = 5;
    CHECK_INT(ouro_select(numbers_send_case(&channel, &value)), 0);
    CHECK_INT(ouro_channel_size(&channel.channel), 1);
    numbers_done(&channel);
}

/* Conservation: tasks that send, receive and select on three channels and are cancelled at random.
 * What a task was told that it sent is received by one task, or is left in a channel. */
enum { CHANNELS = 3, WORKERS = 12, STEPS = 300, ITEMS = WORKERS * STEPS };

struct ledger {
    numbers channels[CHANNELS];
    struct test_random random;
    int next;
    int running;
    bool sent[ITEMS];
    bool received[ITEMS];
};

static void note_sent(struct ledger *ledger, int item)
{
    CHECK(!ledger->sent[item]);
    ledger->sent[item] = true;
}

static void note_received(struct ledger *ledger, int item)
{
    CHECK(!ledger->received[item]);
    ledger->received[item] = true;
}

static numbers *any_channel(struct ledger *ledger)
{
    return &ledger->channels[test_random_below(&ledger->random, CHANNELS)];
}

static int select_step(struct ledger *ledger)
{
    int item = ledger->next++;
    int received = -1;
    int result = -1;
    numbers *from = any_channel(ledger);
    numbers *to = any_channel(ledger);
    int which = ouro_select(OURO_RECEIVE(&from->channel, &received, .ret_result = &result),
                            OURO_SEND(&to->channel, &item, .ret_result = &result));

    if (which == 0 && result == 1)
        note_received(ledger, received);
    if (which == 1 && result == 0)
        note_sent(ledger, item);
    CHECK(which != 0 || result == 1 || result == 0);
    return which < 0 ? which : 0;
}

static int step(struct ledger *ledger)
{
    int received;
    int item;
    int status;

    switch (test_random_below(&ledger->random, 3)) {
    case 0:
        item = ledger->next++;
        status = numbers_send(any_channel(ledger), item);
        if (status == 0)
            note_sent(ledger, item);
        return status == OURO_ECLOSED ? 0 : status;
    case 1:
        status = numbers_receive(any_channel(ledger), &received);
        if (status == 1)
            note_received(ledger, received);
        return status;
    default:
        return select_step(ledger);
    }
}

OURO_ASYNC(worker, (struct ledger *, ledger))
{
    int status = 0;
    int i;

    for (i = 0; i < STEPS && status >= 0; i++) {
        status = step(ledger);
        if (status >= 0 && test_random_below(&ledger->random, 3) == 0)
            status = ouro_sleep(0);
    }
    ledger->running--;
    return status;
}

OURO_ASYNC(cancel_at_random, (struct ledger *, ledger))
{
    ouro_task *tasks[WORKERS];
    int i;

    ledger->running = WORKERS;
    for (i = 0; i < WORKERS; i++)
        tasks[i] = ouro_create_task(worker_coro(ledger));
    for (i = 0; i < 4 * WORKERS; i++) {
        OURO_TRY(ouro_sleep(0));
        if (test_random_below(&ledger->random, 4) == 0)
            ouro_task_cancel(tasks[test_random_below(&ledger->random, WORKERS)], NULL);
    }
    for (i = 0; i < CHANNELS; i++)
        CHECK_INT(numbers_close(&ledger->channels[i]), 0);
    for (i = 0; i < WORKERS; i++)
        ouro_ignore(join(tasks[i]));
    CHECK_INT(ledger->running, 0);
    return 0;
}

TEST_WITH(cancels_lose_and_double_nothing, .backends = TEST_SIM, .seconds = 30)
{
    int moved = 0;
    uint64_t seed;
    int i;

    for (seed = 1; seed <= 300; seed++) {
        struct ledger ledger = { .random = { seed } };
        int value;

        for (i = 0; i < CHANNELS; i++)
            CHECK_INT(numbers_init(&ledger.channels[i], (seed + (uint64_t) i) % 3), 0);
        RUN(cancel_at_random_coro(&ledger));
        for (i = 0; i < CHANNELS; i++) {
            while (numbers_try_receive(&ledger.channels[i], &value) == 1)
                note_received(&ledger, value);
            numbers_done(&ledger.channels[i]);
        }
        for (i = 0; i < ITEMS; i++) {
            CHECK_INT(ledger.sent[i], ledger.received[i]);
            moved += ledger.sent[i];
        }
    }
    CHECK(moved > 3000);
}

OURO_ASYNC(close_later, (numbers *, channel))
{
    OURO_TRY(ouro_sleep(0));
    return numbers_close(channel);
}

OURO_ASYNC(details)
{
    numbers closed = { 0 };
    numbers channel = { 0 };
    ouro_task *task = ouro_create_task(close_later_coro(&channel));

    CHECK_INT(numbers_close(&closed), 0);
    CHECK_INT(numbers_close(&closed), OURO_ECLOSED);
    CHECK(ouro_error_detail() != NULL);
    CHECK_INT(numbers_send(&channel, 1), OURO_ECLOSED);
    CHECK(ouro_error_detail() == NULL || ouro_error_detail()->status != OURO_ECLOSED);
    return join(task);
}

TEST_WITH(a_send_that_waited_has_no_detail_of_an_older_failure, .backends = TEST_SIM)
{
    RUN(details_coro());
}

OURO_ASYNC(mismatches)
{
    numbers wrong = { OURO_CHANNEL_INIT(long, 1) };
    numbers right = { OURO_CHANNEL_INIT(int, 0) };
    int value = 1;

    CHECK_INT(
        ouro_select(numbers_receive_case(&wrong, &value), numbers_receive_case(&right, &value)),
        -EINVAL);
    CHECK(strstr(ouro_error_detail()->text, "items of another size") != NULL);
    CHECK_INT(ouro_select(numbers_send_case(&wrong, &value), OURO_OTHERWISE), -EINVAL);
    CHECK_INT(ouro_select(numbers_receive_case(NULL, &value), OURO_OTHERWISE), 1);
    return 0;
}

TEST_WITH(a_case_of_another_size_is_refused, .backends = TEST_SIM)
{
    RUN(mismatches_coro());
}
