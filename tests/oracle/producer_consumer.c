/* Producers and consumers on a queue in a group: how they end, and how they are ended. */
#include "queue_scenario.h"

#define add(group, coroutine_, name_)                                                              \
    ouro_task_group_create_task((group), (coroutine_), .name = (name_))

OURO_ASYNC(produce, (ouro_queue *, queue), (int, count))
{
    for (int item = 0; item < count; item++) {
        OURO_TRY(ouro_sleep(0.1));
        OURO_TRY(ouro_queue_put(queue, &item));
        trace("puts %d", item);
    }
    return 0;
}

OURO_ASYNC(consume, (ouro_queue *, queue), (double, delay), (int, bad))
{
    for (;;) {
        int item = 0;

        OURO_TRY(ouro_queue_get(queue, &item));
        int status = ouro_sleep(delay);
        if (status == 0 && item == bad) {
            status = fail(item);
        }
        if (status == 0) {
            trace("done with %d", item);
        }
        ouro_queue_task_done(queue);
        OURO_TRY(status);
    }
}

OURO_ASYNC(joined_and_then_cancelled)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 2);
    int status = 0;

    ouro_with_task_group (group, &status) {
        ouro_task *consumers[2];

        consumers[0] = ouro_task_ref(add(&group, consume_coro(&queue, 0.3, -1), "c0"));
        consumers[1] = ouro_task_ref(add(&group, consume_coro(&queue, 0.3, -1), "c1"));
        status = ouro_await(add(&group, produce_coro(&queue, 5), "p"));
        if (status == 0) {
            status = ouro_queue_join(&queue);
        }
        trace("joined");
        ouro_task_cancel(consumers[0], NULL);
        ouro_task_cancel(consumers[1], NULL);
        unref_all(consumers, 2);
    }
    state(&queue);
    ouro_queue_done(&queue);
    return status;
}

OURO_ASYNC(a_consumer_fails)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 1);
    int status = 0;

    ouro_with_task_group (group, &status) {
        add(&group, consume_coro(&queue, 0.3, 2), "c");
        add(&group, produce_coro(&queue, 9), "p");
    }
    trace("%s", show(status));
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(a_limit_around_both)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 1);
    int status = 0;

    ouro_with_timeout (&status, 1) {
        ouro_with_task_group (group, &status) {
            add(&group, consume_coro(&queue, 0.4, -1), "c");
            add(&group, produce_coro(&queue, 9), "p");
        }
    }
    if (status == -ETIMEDOUT) {
        trace("too late");
    }
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(drain, (ouro_queue *, queue), (double, delay))
{
    int status = consume(queue, delay, -1);

    if (status == OURO_ESHUTDOWN) {
        trace("shut down");
        return 0;
    }
    return status;
}

OURO_ASYNC(produce_and_shut_down, (ouro_queue *, queue))
{
    OURO_TRY(produce(queue, 4));
    ouro_queue_shutdown(queue, false);
    return 0;
}

OURO_ASYNC(shut_down_by_the_producer)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 2);
    int status = 0;

    ouro_with_task_group (group, &status) {
        add(&group, drain_coro(&queue, 0.25), "c0");
        add(&group, drain_coro(&queue, 0.35), "c1");
        add(&group, produce_and_shut_down_coro(&queue), "p");
    }
    state(&queue);
    ouro_queue_done(&queue);
    return status;
}

static int wait_for_all(void *queue)
{
    return ouro_queue_join((ouro_queue *) queue);
}

OURO_ASYNC(the_join_is_limited)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 0);
    ouro_task *consumer = spawn(consume_coro(&queue, 0.5, -1), "c");

    for (int item = 0; item < 4; item++) {
        OURO_TRY(ouro_queue_put_nowait(&queue, &item));
    }
    for (int i = 0; i < 3; i++) {
        int status = ouro_wait_for(ouro_coro(wait_for_all, &queue), 1);

        trace("join: %s", show(status));
    }
    ouro_task_cancel(consumer, NULL);
    trace("%s", show(join(consumer)));
    ouro_queue_done(&queue);
    return 0;
}

SCENARIO(CASE(joined_and_then_cancelled), CASE(a_consumer_fails), CASE(a_limit_around_both),
         CASE(shut_down_by_the_producer), CASE(the_join_is_limited))
