/* Queues under timeouts, in groups and beside other waits, on a clock. */
#include "queue_scenario.h"

static void put_seven(void *queue)
{
    int item = 7;

    ouro_ignore(ouro_queue_put_nowait((ouro_queue *) queue, &item));
}

OURO_ASYNC(wait_for_an_item)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 0);

    trace("%s", show(ouro_wait_for(get_coro(&queue), 1)));
    call_later(0.5, put_seven, &queue);
    trace("%s", show(ouro_wait_for(get_coro(&queue), 1)));
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(an_item_comes_with_the_timeout)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 0);

    call_later(1, put_seven, &queue);
    trace("%s", show(ouro_wait_for(get_coro(&queue), 1)));
    OURO_TRY(ouro_sleep(0.5));
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(wait_for_a_slot)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 1);

    OURO_TRY(put(&queue, 1));
    trace("%s", show(ouro_wait_for(put_coro(&queue, 2), 1)));
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(worker, (ouro_queue *, queue), (double, delay))
{
    for (;;) {
        int item;

        OURO_TRY(ouro_queue_get(queue, &item));
        trace("works on %d", item);
        OURO_TRY(ouro_sleep(delay));
        OURO_TRY(ouro_queue_task_done(queue));
    }
}

OURO_ASYNC(workers)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 0);
    ouro_task *tasks[3];

    for (int item = 0; item < 10; item++) {
        OURO_TRY(ouro_queue_put_nowait(&queue, &item));
    }
    for (int i = 0; i < 3; i++) {
        tasks[i] = spawn(worker_coro(&queue, 0.1 * (i + 1)), "w%d", i);
    }
    OURO_TRY(ouro_queue_join(&queue));
    trace("all done");
    for (int i = 0; i < 3; i++) {
        ouro_task_cancel(tasks[i], NULL);
    }
    for (int i = 0; i < 3; i++) {
        trace("%s", show(join(tasks[i])));
    }
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(drain, (ouro_queue *, queue))
{
    for (;;) {
        int item;
        int status = ouro_queue_get(queue, &item);

        if (status == OURO_ESHUTDOWN) {
            trace("drained");
            return 0;
        }
        OURO_TRY(status);
        trace("item %d", item);
        OURO_TRY(ouro_sleep(0.3));
    }
}

OURO_ASYNC(produce, (ouro_queue *, queue))
{
    for (int item = 0; item < 5; item++) {
        OURO_TRY(ouro_queue_put(queue, &item));
        trace("put %d", item);
    }
    ouro_queue_shutdown(queue, false);
    return 0;
}

OURO_ASYNC(group)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 2);
    int status = 0;

    ouro_with_task_group (tasks, &status) {
        ouro_task_group_create_task(&tasks, drain_coro(&queue), .name = "c1");
        ouro_task_group_create_task(&tasks, drain_coro(&queue), .name = "c2");
        ouro_task_group_create_task(&tasks, produce_coro(&queue), .name = "p");
    }
    state(&queue);
    ouro_queue_done(&queue);
    return status;
}

SCENARIO(CASE(wait_for_an_item), CASE(an_item_comes_with_the_timeout), CASE(wait_for_a_slot),
         CASE(workers), CASE(group))
