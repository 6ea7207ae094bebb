/* A queue that is shut down at once: what is left is dropped and counts as done. */
#include "queue_scenario.h"

OURO_ASYNC(drops)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 0);

    put_nowait(&queue, 1);
    put_nowait(&queue, 2);
    put_nowait(&queue, 3);
    ouro_queue_shutdown(&queue, true);
    state(&queue);
    get_nowait(&queue);
    ouro_ignore(get(&queue));
    put_nowait(&queue, 4);
    task_done(&queue);
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(after_some_are_got)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 0);
    ouro_task *joiners[1];

    put_nowait(&queue, 1);
    put_nowait(&queue, 2);
    put_nowait(&queue, 3);
    get_nowait(&queue);
    ouro_queue_shutdown(&queue, true);
    for (int i = 0; i < 1; i++) {
        joiners[i] = spawn(join_queue_coro(&queue), "joiner-%d", i + 1);
    }
    OURO_TRY(ouro_sleep(0));
    OURO_TRY(ouro_sleep(0));
    task_done(&queue);
    OURO_TRY(ouro_sleep(0));
    task_done(&queue);
    OURO_TRY(finish(joiners, 1));
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(wakes_joiners)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 0);
    ouro_task *joiners[2];

    put_nowait(&queue, 1);
    put_nowait(&queue, 2);
    for (int i = 0; i < 2; i++) {
        joiners[i] = spawn(join_queue_coro(&queue), "joiner-%d", i + 1);
    }
    OURO_TRY(ouro_sleep(0));
    ouro_queue_shutdown(&queue, true);
    OURO_TRY(ouro_sleep(0));
    OURO_TRY(finish(joiners, 2));
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(wakes_getters)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 0);
    ouro_task *getters[3];

    OURO_TRY(start_getters(&queue, getters, 3));
    put_nowait(&queue, 1);
    ouro_queue_shutdown(&queue, true);
    OURO_TRY(ouro_sleep(0));
    state(&queue);
    OURO_TRY(finish(getters, 3));
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(wakes_putters)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 2);
    ouro_task *putters[3];

    put_nowait(&queue, 8);
    put_nowait(&queue, 9);
    OURO_TRY(start_putters(&queue, putters, 3));
    ouro_queue_shutdown(&queue, true);
    OURO_TRY(ouro_sleep(0));
    state(&queue);
    OURO_TRY(finish(putters, 3));
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(after_the_gentle_way)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 0);
    ouro_task *joiners[1];

    put_nowait(&queue, 1);
    put_nowait(&queue, 2);
    for (int i = 0; i < 1; i++) {
        joiners[i] = spawn(join_queue_coro(&queue), "joiner-%d", i + 1);
    }
    OURO_TRY(ouro_sleep(0));
    ouro_queue_shutdown(&queue, false);
    get_nowait(&queue);
    ouro_queue_shutdown(&queue, true);
    OURO_TRY(ouro_sleep(0));
    task_done(&queue);
    OURO_TRY(ouro_sleep(0));
    get_nowait(&queue);
    OURO_TRY(finish(joiners, 1));
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(more_done_than_dropped)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 0);

    put_nowait(&queue, 1);
    put_nowait(&queue, 2);
    task_done(&queue);
    task_done(&queue);
    ouro_queue_shutdown(&queue, true);
    task_done(&queue);
    OURO_TRY(join_queue(&queue));
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

SCENARIO(CASE(drops), CASE(after_some_are_got), CASE(wakes_joiners), CASE(wakes_getters),
         CASE(wakes_putters), CASE(after_the_gentle_way), CASE(more_done_than_dropped))
