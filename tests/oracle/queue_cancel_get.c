/* Cancelled getters: a wake that cannot be used goes to the next. */
#include "queue_scenario.h"

OURO_ASYNC(while_waiting)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 0);
    ouro_task *getters[2];

    OURO_TRY(start_getters(&queue, getters, 2));
    ouro_task_cancel(getters[0], NULL);
    put_nowait(&queue, 1);
    OURO_TRY(ouro_sleep(0));
    state(&queue);
    OURO_TRY(finish(getters, 2));
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(after_the_wake)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 0);
    ouro_task *getters[2];

    OURO_TRY(start_getters(&queue, getters, 2));
    put_nowait(&queue, 1);
    ouro_task_cancel(getters[0], NULL);
    OURO_TRY(ouro_sleep(0));
    state(&queue);
    OURO_TRY(ouro_sleep(0));
    OURO_TRY(finish(getters, 2));
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(after_the_wake_and_alone)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 0);
    ouro_task *getters[1];

    OURO_TRY(start_getters(&queue, getters, 1));
    put_nowait(&queue, 1);
    ouro_task_cancel(getters[0], NULL);
    OURO_TRY(ouro_sleep(0));
    state(&queue);
    get_nowait(&queue);
    OURO_TRY(finish(getters, 1));
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(after_the_wake_of_an_item_that_is_gone)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 0);
    ouro_task *getters[2];

    OURO_TRY(start_getters(&queue, getters, 2));
    put_nowait(&queue, 1);
    ouro_task_cancel(getters[0], NULL);
    get_nowait(&queue);
    OURO_TRY(ouro_sleep(0));
    put_nowait(&queue, 2);
    OURO_TRY(finish(getters, 2));
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(before_the_wake_in_the_same_iteration)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 0);
    ouro_task *getters[3];

    OURO_TRY(start_getters(&queue, getters, 3));
    ouro_task_cancel(getters[0], NULL);
    ouro_task_cancel(getters[1], NULL);
    put_nowait(&queue, 1);
    OURO_TRY(ouro_sleep(0));
    put_nowait(&queue, 2);
    OURO_TRY(finish(getters, 3));
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(two_wakes_two_cancels)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 0);
    ouro_task *getters[4];

    OURO_TRY(start_getters(&queue, getters, 4));
    put_nowait(&queue, 1);
    put_nowait(&queue, 2);
    ouro_task_cancel(getters[0], NULL);
    ouro_task_cancel(getters[1], NULL);
    OURO_TRY(ouro_sleep(0));
    OURO_TRY(ouro_sleep(0));
    state(&queue);
    OURO_TRY(finish(getters, 4));
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(in_the_middle)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 0);
    ouro_task *getters[3];

    OURO_TRY(start_getters(&queue, getters, 3));
    ouro_task_cancel(getters[1], NULL);
    OURO_TRY(ouro_sleep(0));
    put_nowait(&queue, 1);
    put_nowait(&queue, 2);
    put_nowait(&queue, 3);
    OURO_TRY(finish(getters, 3));
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

SCENARIO(CASE(while_waiting), CASE(after_the_wake), CASE(after_the_wake_and_alone),
         CASE(after_the_wake_of_an_item_that_is_gone), CASE(before_the_wake_in_the_same_iteration),
         CASE(two_wakes_two_cancels), CASE(in_the_middle))
