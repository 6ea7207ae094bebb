/* Cancelled putters: nothing was put, and the slot goes to the next. */
#include "queue_scenario.h"

/* Fills the last slot, and starts `count` putters that wait for another. */
static int start_on_full(ouro_queue *queue, ouro_task **putters, int count)
{
    put_nowait(queue, 9);
    return start_putters(queue, putters, count);
}

/* Gets `count` items, each an iteration later. */
static int get_by_iteration(ouro_queue *queue, int count)
{
    for (int i = 0; i < count; i++) {
        OURO_TRY(ouro_sleep(0));
        get_nowait(queue);
    }
    return 0;
}

/* Ends the putters, and shows what they leave. */
static int end(ouro_queue *queue, ouro_task **putters, int count)
{
    OURO_TRY(finish(putters, count));
    state(queue);
    ouro_queue_done(queue);
    return 0;
}

OURO_ASYNC(while_waiting)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 1);
    ouro_task *putters[2];

    OURO_TRY(start_on_full(&queue, putters, 2));
    ouro_task_cancel(putters[0], NULL);
    get_nowait(&queue);
    OURO_TRY(ouro_sleep(0));
    state(&queue);
    get_nowait(&queue);
    return end(&queue, putters, 2);
}

OURO_ASYNC(after_the_wake)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 1);
    ouro_task *putters[2];

    OURO_TRY(start_on_full(&queue, putters, 2));
    get_nowait(&queue);
    ouro_task_cancel(putters[0], NULL);
    OURO_TRY(ouro_sleep(0));
    state(&queue);
    OURO_TRY(ouro_sleep(0));
    get_nowait(&queue);
    return end(&queue, putters, 2);
}

OURO_ASYNC(after_the_wake_and_alone)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 1);
    ouro_task *putters[1];

    OURO_TRY(start_on_full(&queue, putters, 1));
    get_nowait(&queue);
    ouro_task_cancel(putters[0], NULL);
    OURO_TRY(ouro_sleep(0));
    state(&queue);
    put_nowait(&queue, 8);
    get_nowait(&queue);
    return end(&queue, putters, 1);
}

OURO_ASYNC(after_the_wake_for_a_slot_that_is_gone)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 1);
    ouro_task *putters[2];

    OURO_TRY(start_on_full(&queue, putters, 2));
    get_nowait(&queue);
    put_nowait(&queue, 8);
    ouro_task_cancel(putters[0], NULL);
    OURO_TRY(get_by_iteration(&queue, 2));
    return end(&queue, putters, 2);
}

OURO_ASYNC(before_the_wake_in_the_same_iteration)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 1);
    ouro_task *putters[3];

    OURO_TRY(start_on_full(&queue, putters, 3));
    ouro_task_cancel(putters[0], NULL);
    ouro_task_cancel(putters[1], NULL);
    get_nowait(&queue);
    OURO_TRY(get_by_iteration(&queue, 2));
    return end(&queue, putters, 3);
}

OURO_ASYNC(two_slots_two_cancels)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 2);
    ouro_task *putters[4];

    put_nowait(&queue, 8);
    OURO_TRY(start_on_full(&queue, putters, 4));
    get_nowait(&queue);
    get_nowait(&queue);
    ouro_task_cancel(putters[0], NULL);
    ouro_task_cancel(putters[1], NULL);
    OURO_TRY(ouro_sleep(0));
    OURO_TRY(ouro_sleep(0));
    state(&queue);
    get_nowait(&queue);
    get_nowait(&queue);
    return end(&queue, putters, 4);
}

OURO_ASYNC(in_the_middle)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 1);
    ouro_task *putters[3];

    OURO_TRY(start_on_full(&queue, putters, 3));
    ouro_task_cancel(putters[1], NULL);
    OURO_TRY(get_by_iteration(&queue, 3));
    return end(&queue, putters, 3);
}

SCENARIO(CASE(while_waiting), CASE(after_the_wake), CASE(after_the_wake_and_alone),
         CASE(after_the_wake_for_a_slot_that_is_gone), CASE(before_the_wake_in_the_same_iteration),
         CASE(two_slots_two_cancels), CASE(in_the_middle))
