/* A queue that is shut down: puts fail, gets drain it, waiters find out. */
#include "queue_scenario.h"

OURO_ASYNC(empty)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 0);

    ouro_queue_shutdown(&queue, false);
    get_nowait(&queue);
    ouro_ignore(get(&queue));
    put_nowait(&queue, 1);
    ouro_ignore(put(&queue, 2));
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(drains)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 0);

    put_nowait(&queue, 1);
    put_nowait(&queue, 2);
    ouro_queue_shutdown(&queue, false);
    put_nowait(&queue, 3);
    ouro_ignore(put(&queue, 4));
    OURO_TRY(get(&queue));
    get_nowait(&queue);
    get_nowait(&queue);
    ouro_ignore(get(&queue));
    task_done(&queue);
    task_done(&queue);
    OURO_TRY(join_queue(&queue));
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(wakes_getters)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 0);
    ouro_task *getters[3];

    OURO_TRY(start_getters(&queue, getters, 3));
    ouro_queue_shutdown(&queue, false);
    trace("it is shut down");
    OURO_TRY(ouro_sleep(0));
    OURO_TRY(finish(getters, 3));
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(wakes_putters)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 1);
    ouro_task *putters[3];

    put_nowait(&queue, 9);
    OURO_TRY(start_putters(&queue, putters, 3));
    ouro_queue_shutdown(&queue, false);
    OURO_TRY(ouro_sleep(0));
    state(&queue);
    get_nowait(&queue);
    ouro_ignore(get(&queue));
    OURO_TRY(finish(putters, 3));
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(after_a_wake)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 0);
    ouro_task *getters[3];

    OURO_TRY(start_getters(&queue, getters, 3));
    put_nowait(&queue, 1);
    ouro_queue_shutdown(&queue, false);
    OURO_TRY(ouro_sleep(0));
    OURO_TRY(finish(getters, 3));
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(after_the_wake_of_a_putter)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 1);
    ouro_task *putters[2];

    put_nowait(&queue, 9);
    OURO_TRY(start_putters(&queue, putters, 2));
    get_nowait(&queue);
    ouro_queue_shutdown(&queue, false);
    OURO_TRY(ouro_sleep(0));
    state(&queue);
    get_nowait(&queue);
    OURO_TRY(finish(putters, 2));
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(with_a_cancel)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 0);
    ouro_task *getters[3];

    OURO_TRY(start_getters(&queue, getters, 3));
    ouro_task_cancel(getters[1], NULL);
    ouro_queue_shutdown(&queue, false);
    OURO_TRY(ouro_sleep(0));
    OURO_TRY(finish(getters, 3));
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(a_cancel_after_it)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 1);
    ouro_task *putters[3];

    put_nowait(&queue, 9);
    OURO_TRY(start_putters(&queue, putters, 3));
    ouro_queue_shutdown(&queue, false);
    ouro_task_cancel(putters[1], NULL);
    OURO_TRY(ouro_sleep(0));
    OURO_TRY(finish(putters, 3));
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(joiners_wait_on)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 0);
    ouro_task *joiners[2];

    put_nowait(&queue, 1);
    for (int i = 0; i < 2; i++) {
        joiners[i] = spawn(join_queue_coro(&queue), "joiner-%d", i + 1);
    }
    OURO_TRY(ouro_sleep(0));
    ouro_queue_shutdown(&queue, false);
    OURO_TRY(ouro_sleep(0.5));
    get_nowait(&queue);
    task_done(&queue);
    OURO_TRY(ouro_sleep(0));
    OURO_TRY(finish(joiners, 2));
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(twice)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 0);

    put_nowait(&queue, 1);
    ouro_queue_shutdown(&queue, false);
    ouro_queue_shutdown(&queue, false);
    get_nowait(&queue);
    get_nowait(&queue);
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

SCENARIO(CASE(empty), CASE(drains), CASE(wakes_getters), CASE(wakes_putters), CASE(after_a_wake),
         CASE(after_the_wake_of_a_putter), CASE(with_a_cancel), CASE(a_cancel_after_it),
         CASE(joiners_wait_on), CASE(twice))
