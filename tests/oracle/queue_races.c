/* Queues where an item, a timeout and a cancel meet: no item is lost and none is given twice. */
#include "queue_scenario.h"

OURO_ASYNC(limited_get, (ouro_queue *, queue))
{
    return ouro_wait_for(get_coro(queue), 1);
}

OURO_ASYNC(limited_put, (ouro_queue *, queue), (int, item))
{
    return ouro_wait_for(put_coro(queue, item), 1);
}

static int end(ouro_queue *queue, ouro_task **tasks, size_t count)
{
    join_all(tasks, count);
    state(queue);
    ouro_queue_done(queue);
    return 0;
}

static void put_item(ouro_queue *queue, int item)
{
    ouro_ignore(ouro_queue_put_nowait(queue, &item));
}

static void put_one(void *queue)
{
    put_item((ouro_queue *) queue, 1);
}

static void take_item(ouro_queue *queue)
{
    int item = 0;

    ouro_ignore(ouro_queue_get_nowait(queue, &item));
    trace("got %d", item);
}

OURO_ASYNC(the_first_getter_times_out)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 0);
    ouro_task *tasks[] = { spawn(limited_get_coro(&queue), "a"), spawn(get_coro(&queue), "b") };

    call_later(2, put_one, &queue);
    return end(&queue, tasks, 2);
}

OURO_ASYNC(an_item_as_the_first_getter_times_out)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 0);
    ouro_task *tasks[] = { spawn(limited_get_coro(&queue), "a"), spawn(get_coro(&queue), "b") };

    OURO_TRY(ouro_sleep(0));
    call_later(1, put_one, &queue);
    OURO_TRY(ouro_sleep(2));
    put_item(&queue, 2);
    return end(&queue, tasks, 2);
}

OURO_ASYNC(put_and_cancelled_at_once)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 0);
    ouro_task *tasks[] = { spawn(get_coro(&queue), "a"), spawn(get_coro(&queue), "b") };

    OURO_TRY(ouro_sleep(0));
    put_item(&queue, 1);
    ouro_task_cancel(tasks[0], NULL);
    return end(&queue, tasks, 2);
}

OURO_ASYNC(cancelled_and_put_at_once)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 0);
    ouro_task *tasks[] = { spawn(get_coro(&queue), "a"), spawn(get_coro(&queue), "b") };

    OURO_TRY(ouro_sleep(0));
    ouro_task_cancel(tasks[0], NULL);
    put_item(&queue, 1);
    return end(&queue, tasks, 2);
}

OURO_ASYNC(two_items_and_both_cancelled)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 0);
    ouro_task *tasks[] = { spawn(get_coro(&queue), "a"), spawn(get_coro(&queue), "b"),
                           spawn(get_coro(&queue), "c") };

    OURO_TRY(ouro_sleep(0));
    put_item(&queue, 1);
    put_item(&queue, 2);
    ouro_task_cancel(tasks[0], NULL);
    ouro_task_cancel(tasks[1], NULL);
    return end(&queue, tasks, 3);
}

OURO_ASYNC(the_first_putter_times_out)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 1);

    OURO_TRY(put(&queue, 0));
    ouro_task *tasks[] = { spawn(limited_put_coro(&queue, 1), "a"),
                           spawn(put_coro(&queue, 2), "b") };
    OURO_TRY(ouro_sleep(2));
    take_item(&queue);
    join_all(tasks, 2);
    state(&queue);
    take_item(&queue);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(a_slot_and_a_cancel_at_once)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 1);

    OURO_TRY(put(&queue, 0));
    ouro_task *tasks[] = { spawn(put_coro(&queue, 1), "a"), spawn(put_coro(&queue, 2), "b") };
    OURO_TRY(ouro_sleep(0));
    take_item(&queue);
    ouro_task_cancel(tasks[0], NULL);
    join_all(tasks, 2);
    state(&queue);
    take_item(&queue);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(get_value, (ouro_queue *, queue))
{
    int item = 0;

    OURO_TRY(ouro_queue_get(queue, &item));
    return item;
}

static void put_five(void *queue)
{
    put_item((ouro_queue *) queue, 5);
}

OURO_ASYNC(one_task_gets_from_two_queues)
{
    ouro_queue queues[] = { OURO_QUEUE_INIT(int, 0), OURO_QUEUE_INIT(int, 0) };
    ouro_task *tasks[] = { spawn(get_value_coro(&queues[0]), "g0"),
                           spawn(get_value_coro(&queues[1]), "g1") };

    call_later(1, put_five, &queues[1]);
    int done = OURO_TRY(ouro_wait(tasks, 2, .return_when = OURO_FIRST_COMPLETED));
    trace("%d %d: %s", done, 2 - done, result(tasks[1]));
    ouro_task_cancel(tasks[0], NULL);
    put_item(&queues[0], 6);
    trace("%s", show(ouro_await(tasks[0])));
    state(&queues[0]);
    unref_all(tasks, 2);
    ouro_queue_done(&queues[0]);
    ouro_queue_done(&queues[1]);
    return 0;
}

SCENARIO(CASE(the_first_getter_times_out), CASE(an_item_as_the_first_getter_times_out),
         CASE(put_and_cancelled_at_once), CASE(cancelled_and_put_at_once),
         CASE(two_items_and_both_cancelled), CASE(the_first_putter_times_out),
         CASE(a_slot_and_a_cancel_at_once), CASE(one_task_gets_from_two_queues))
