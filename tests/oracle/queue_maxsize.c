/* A queue with a limit: full queues, waiting putters, and one that is overtaken. */
#include "queue_scenario.h"

OURO_ASYNC(full)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 2);

    put_nowait(&queue, 1);
    state(&queue);
    put_nowait(&queue, 2);
    state(&queue);
    put_nowait(&queue, 3);
    get_nowait(&queue);
    put_nowait(&queue, 4);
    state(&queue);
    get_nowait(&queue);
    get_nowait(&queue);
    get_nowait(&queue);
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(a_negative_size_is_no_limit)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, -1);

    put_nowait(&queue, 1);
    put_nowait(&queue, 2);
    put_nowait(&queue, 3);
    state(&queue);
    get_nowait(&queue);
    get_nowait(&queue);
    get_nowait(&queue);
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(a_putter_waits)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 1);
    ouro_task *putters[2];

    OURO_TRY(start_putters(&queue, putters, 2));
    state(&queue);
    OURO_TRY(ouro_sleep(0.5));
    get_nowait(&queue);
    state(&queue);
    OURO_TRY(ouro_sleep(0));
    state(&queue);
    get_nowait(&queue);
    OURO_TRY(finish(putters, 2));
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(putters_are_served_in_order)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 1);
    ouro_task *putters[4];

    OURO_TRY(start_putters(&queue, putters, 4));
    get_nowait(&queue);
    OURO_TRY(ouro_sleep(0));
    get_nowait(&queue);
    OURO_TRY(ouro_sleep(0));
    get_nowait(&queue);
    OURO_TRY(ouro_sleep(0));
    get_nowait(&queue);
    OURO_TRY(finish(putters, 4));
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(a_woken_putter_is_overtaken)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 1);
    ouro_task *putters[3];

    OURO_TRY(start_putters(&queue, putters, 3));
    get_nowait(&queue);
    put_nowait(&queue, 9);
    OURO_TRY(ouro_sleep(0));
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

OURO_ASYNC(getters_and_putters)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 1);
    ouro_task *putters[3];
    ouro_task *getters[5];

    OURO_TRY(start_putters(&queue, putters, 3));
    OURO_TRY(start_getters(&queue, getters, 5));
    OURO_TRY(ouro_sleep(0));
    state(&queue);
    put_nowait(&queue, 8);
    OURO_TRY(ouro_sleep(0));
    put_nowait(&queue, 9);
    OURO_TRY(finish(putters, 3));
    OURO_TRY(finish(getters, 5));
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(two_slots_at_once)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 2);
    ouro_task *putters[5];

    OURO_TRY(start_putters(&queue, putters, 5));
    get_nowait(&queue);
    get_nowait(&queue);
    OURO_TRY(ouro_sleep(0));
    state(&queue);
    get_nowait(&queue);
    get_nowait(&queue);
    OURO_TRY(ouro_sleep(0));
    get_nowait(&queue);
    OURO_TRY(finish(putters, 5));
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

SCENARIO(CASE(full), CASE(a_negative_size_is_no_limit), CASE(a_putter_waits),
         CASE(putters_are_served_in_order), CASE(a_woken_putter_is_overtaken),
         CASE(getters_and_putters), CASE(two_slots_at_once))
