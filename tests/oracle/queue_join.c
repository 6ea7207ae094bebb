/* Waiting until the work on all items is done. */
#include "queue_scenario.h"

OURO_ASYNC(nothing_to_do)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 0);

    OURO_TRY(join_queue(&queue));
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(too_often)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 0);

    task_done(&queue);
    put_nowait(&queue, 1);
    task_done(&queue);
    task_done(&queue);
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(done_before_got)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 0);

    put_nowait(&queue, 1);
    task_done(&queue);
    OURO_TRY(join_queue(&queue));
    get_nowait(&queue);
    task_done(&queue);
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(joiners_wait)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 0);
    ouro_task *joiners[3];

    put_nowait(&queue, 1);
    put_nowait(&queue, 2);
    for (int i = 0; i < 3; i++) {
        joiners[i] = spawn(join_queue_coro(&queue), "joiner-%d", i + 1);
    }
    OURO_TRY(ouro_sleep(0));
    get_nowait(&queue);
    get_nowait(&queue);
    task_done(&queue);
    OURO_TRY(ouro_sleep(0.5));
    task_done(&queue);
    trace("both are done");
    OURO_TRY(ouro_sleep(0));
    OURO_TRY(finish(joiners, 3));
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(a_new_item_after_the_wake)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 0);
    ouro_task *joiners[2];

    put_nowait(&queue, 1);
    for (int i = 0; i < 2; i++) {
        joiners[i] = spawn(join_queue_coro(&queue), "joiner-%d", i + 1);
    }
    OURO_TRY(ouro_sleep(0));
    task_done(&queue);
    put_nowait(&queue, 2);
    OURO_TRY(ouro_sleep(0));
    task_done(&queue);
    task_done(&queue);
    OURO_TRY(finish(joiners, 2));
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(a_joiner_is_cancelled)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 0);
    ouro_task *joiners[3];

    put_nowait(&queue, 1);
    for (int i = 0; i < 3; i++) {
        joiners[i] = spawn(join_queue_coro(&queue), "joiner-%d", i + 1);
    }
    OURO_TRY(ouro_sleep(0));
    ouro_task_cancel(joiners[1], NULL);
    OURO_TRY(ouro_sleep(0));
    task_done(&queue);
    OURO_TRY(ouro_sleep(0));
    OURO_TRY(finish(joiners, 3));
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(cancelled_after_the_wake)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 0);
    ouro_task *joiners[2];

    put_nowait(&queue, 1);
    for (int i = 0; i < 2; i++) {
        joiners[i] = spawn(join_queue_coro(&queue), "joiner-%d", i + 1);
    }
    OURO_TRY(ouro_sleep(0));
    task_done(&queue);
    ouro_task_cancel(joiners[0], NULL);
    OURO_TRY(ouro_sleep(0));
    OURO_TRY(finish(joiners, 2));
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(two_rounds)
{
    ouro_queue queue = OURO_QUEUE_INIT(int, 0);
    ouro_task *joiners[1];

    put_nowait(&queue, 1);
    for (int i = 0; i < 1; i++) {
        joiners[i] = spawn(join_queue_coro(&queue), "joiner-%d", i + 1);
    }
    OURO_TRY(ouro_sleep(0));
    task_done(&queue);
    OURO_TRY(ouro_sleep(0));
    put_nowait(&queue, 2);
    task_done(&queue);
    OURO_TRY(join_queue(&queue));
    OURO_TRY(finish(joiners, 1));
    state(&queue);
    ouro_queue_done(&queue);
    return 0;
}

SCENARIO(CASE(nothing_to_do), CASE(too_often), CASE(done_before_got), CASE(joiners_wait),
         CASE(a_new_item_after_the_wake), CASE(a_joiner_is_cancelled),
         CASE(cancelled_after_the_wake), CASE(two_rounds))
