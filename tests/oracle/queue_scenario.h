/* What the scenarios of queues share; queue_scenario.py is the same for the Python half. */
#ifndef OURO_TESTS_ORACLE_QUEUE_SCENARIO_H
#define OURO_TESTS_ORACLE_QUEUE_SCENARIO_H

#include "scenario.h"

/* Names an error of a queue. */
static inline const char *show_queue(int status)
{
    switch (status) {
    case OURO_EFULL:
        return "QueueFull";
    case OURO_EEMPTY:
        return "QueueEmpty";
    case OURO_ESHUTDOWN:
        return "QueueShutDown";
    case OURO_EOVERRELEASE:
        return "ValueError";
    default:
        return show(status);
    }
}

/* One operation each, which says what it came to. */
OURO_ASYNC(get, (ouro_queue *, queue))
{
    int item = 0;
    int status = ouro_queue_get(queue, &item);

    trace("get: %s", show_queue(status < 0 ? status : item));
    return status;
}

OURO_ASYNC(put, (ouro_queue *, queue), (int, item))
{
    int status = ouro_queue_put(queue, &item);

    trace("put %d: %s", item, show_queue(status));
    return status;
}

OURO_ASYNC(join_queue, (ouro_queue *, queue))
{
    int status = ouro_queue_join(queue);

    trace("join: %s", show_queue(status));
    return status;
}

static inline void get_nowait(ouro_queue *queue)
{
    int item = 0;
    int status = ouro_queue_get_nowait(queue, &item);

    trace("get_nowait: %s", show_queue(status < 0 ? status : item));
}

static inline void put_nowait(ouro_queue *queue, int item)
{
    trace("put_nowait %d: %s", item, show_queue(ouro_queue_put_nowait(queue, &item)));
}

static inline void task_done(ouro_queue *queue)
{
    trace("task_done: %s", show_queue(ouro_queue_task_done(queue)));
}

static inline void state(const ouro_queue *queue)
{
    trace("size %zu, empty %d, full %d", ouro_queue_qsize(queue), ouro_queue_empty(queue),
          ouro_queue_full(queue));
}

/* Starts `count` getters, or putters of 1, 2, ..., and lets them begin. */
static inline int start_getters(ouro_queue *queue, ouro_task **tasks, int count)
{
    for (int i = 0; i < count; i++) {
        tasks[i] = spawn(get_coro(queue), "getter-%d", i + 1);
    }
    return ouro_sleep(0);
}

static inline int start_putters(ouro_queue *queue, ouro_task **tasks, int count)
{
    for (int i = 0; i < count; i++) {
        tasks[i] = spawn(put_coro(queue, i + 1), "putter-%d", i + 1);
    }
    return ouro_sleep(0);
}

/* Lets everybody run who can, then cancels and awaits the tasks. */
static inline int finish(ouro_task **tasks, int count)
{
    OURO_TRY(ouro_sleep(1));
    for (int i = 0; i < count; i++) {
        ouro_task_cancel(tasks[i], NULL);
    }
    join_all(tasks, (size_t) count);
    return 0;
}

#endif
