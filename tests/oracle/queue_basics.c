/* A queue without a limit: order, waiting getters, and one that is overtaken. */
#include "queue_scenario.h"

OURO_ASYNC(first_in_first_out)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 0);

    state(&queue);
    put_nowait(&queue, 3);
    put_nowait(&queue, 1);
    put_nowait(&queue, 2);
    state(&queue);
    get_nowait(&queue);
    get_nowait(&queue);
    get_nowait(&queue);
    get_nowait(&queue);
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(a_put_that_has_room_does_not_wait)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 0);

    OURO_TRY(put(&queue, 1));
    OURO_TRY(put(&queue, 2));
    OURO_TRY(get(&queue));
    OURO_TRY(get(&queue));
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(a_getter_waits)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 0);
    ouro_task *getters[1];

    OURO_TRY(start_getters(&queue, getters, 1));
    state(&queue);
    OURO_TRY(ouro_sleep(0.5));
    put_nowait(&queue, 7);
    state(&queue);
    OURO_TRY(ouro_sleep(0));
    state(&queue);
    OURO_TRY(finish(getters, 1));
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(getters_are_served_in_order)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 0);
    ouro_task *getters[3];

    OURO_TRY(start_getters(&queue, getters, 3));
    put_nowait(&queue, 1);
    put_nowait(&queue, 2);
    OURO_TRY(ouro_sleep(0));
    put_nowait(&queue, 3);
    OURO_TRY(finish(getters, 3));
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(a_woken_getter_is_overtaken)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 0);
    ouro_task *getters[2];

    OURO_TRY(start_getters(&queue, getters, 2));
    put_nowait(&queue, 1);
    get_nowait(&queue);
    OURO_TRY(ouro_sleep(0));
    put_nowait(&queue, 2);
    OURO_TRY(ouro_sleep(0));
    put_nowait(&queue, 3);
    OURO_TRY(finish(getters, 2));
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(overtaken_by_a_task)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 0);
    ouro_task *first[1];
    ouro_task *second[1];

    OURO_TRY(start_getters(&queue, first, 1));
    put_nowait(&queue, 1);
    OURO_TRY(get(&queue));
    OURO_TRY(ouro_sleep(0));
    OURO_TRY(start_getters(&queue, second, 1));
    put_nowait(&queue, 2);
    put_nowait(&queue, 3);
    OURO_TRY(finish(first, 1));
    OURO_TRY(finish(second, 1));
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(one_wake_for_each_put)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 0);
    ouro_task *getters[4];

    OURO_TRY(start_getters(&queue, getters, 4));
    put_nowait(&queue, 1);
    put_nowait(&queue, 2);
    put_nowait(&queue, 3);
    get_nowait(&queue);
    get_nowait(&queue);
    OURO_TRY(ouro_sleep(0));
    put_nowait(&queue, 4);
    put_nowait(&queue, 5);
    OURO_TRY(finish(getters, 4));
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

SCENARIO(CASE(first_in_first_out), CASE(a_put_that_has_room_does_not_wait), CASE(a_getter_waits),
         CASE(getters_are_served_in_order), CASE(a_woken_getter_is_overtaken),
         CASE(overtaken_by_a_task), CASE(one_wake_for_each_put))
