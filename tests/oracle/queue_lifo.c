/* The newest item first. */
#include "queue_scenario.h"

OURO_ASYNC(order)
{
    ouro_queue queue = OURO_LIFO_QUEUE_INIT(int, 0);

    put_nowait(&queue, 1);
    put_nowait(&queue, 3);
    put_nowait(&queue, 2);
    get_nowait(&queue);
    put_nowait(&queue, 4);
    get_nowait(&queue);
    get_nowait(&queue);
    get_nowait(&queue);
    get_nowait(&queue);
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(full)
{
    ouro_queue queue = OURO_LIFO_QUEUE_INIT(int, 2);

    put_nowait(&queue, 1);
    put_nowait(&queue, 2);
    put_nowait(&queue, 3);
    state(&queue);
    get_nowait(&queue);
    put_nowait(&queue, 3);
    get_nowait(&queue);
    get_nowait(&queue);
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(getters_wait)
{
    ouro_queue queue = OURO_LIFO_QUEUE_INIT(int, 0);
    ouro_task *getters[2];

    OURO_TRY(start_getters(&queue, getters, 2));
    put_nowait(&queue, 1);
    put_nowait(&queue, 2);
    OURO_TRY(ouro_sleep(0));
    OURO_TRY(finish(getters, 2));
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(putters_wait)
{
    ouro_queue queue = OURO_LIFO_QUEUE_INIT(int, 1);
    ouro_task *putters[3];

    OURO_TRY(start_putters(&queue, putters, 3));
    get_nowait(&queue);
    OURO_TRY(ouro_sleep(0));
    get_nowait(&queue);
    OURO_TRY(ouro_sleep(0));
    get_nowait(&queue);
    OURO_TRY(finish(putters, 3));
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(an_item_over_the_one_that_woke)
{
    ouro_queue queue = OURO_LIFO_QUEUE_INIT(int, 0);
    ouro_task *getters[1];

    OURO_TRY(start_getters(&queue, getters, 1));
    put_nowait(&queue, 1);
    put_nowait(&queue, 2);
    OURO_TRY(ouro_sleep(0));
    get_nowait(&queue);
    OURO_TRY(finish(getters, 1));
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(shut_down)
{
    ouro_queue queue = OURO_LIFO_QUEUE_INIT(int, 0);

    put_nowait(&queue, 1);
    put_nowait(&queue, 2);
    ouro_queue_shutdown(&queue, false);
    get_nowait(&queue);
    get_nowait(&queue);
    get_nowait(&queue);
    ouro_ignore(get(&queue));
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(cancel_after_the_wake)
{
    ouro_queue queue = OURO_LIFO_QUEUE_INIT(int, 0);
    ouro_task *getters[2];

    OURO_TRY(start_getters(&queue, getters, 2));
    put_nowait(&queue, 1);
    put_nowait(&queue, 2);
    ouro_task_cancel(getters[0], NULL);
    OURO_TRY(ouro_sleep(0));
    OURO_TRY(ouro_sleep(0));
    OURO_TRY(finish(getters, 2));
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

SCENARIO(CASE(order), CASE(full), CASE(getters_wait), CASE(putters_wait),
         CASE(an_item_over_the_one_that_woke), CASE(shut_down), CASE(cancel_after_the_wake))
