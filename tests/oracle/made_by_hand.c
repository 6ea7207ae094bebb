/* Locks, queues and barriers made of futures: what every synchronisation primitive stands on. */
#include "scenario.h"

enum { QUEUE_MAX = 16 };

/* Futures in the order in which they came; each is a reference. */
struct waiters {
    ouro_future *futures[QUEUE_MAX];
    int count;
};

static void remove_waiter(struct waiters *waiters, int index)
{
    ouro_future_unref(waiters->futures[index]);
    waiters->count--;
    memmove(&waiters->futures[index], &waiters->futures[index + 1],
            (size_t) (waiters->count - index) * sizeof(ouro_future *));
}

struct lock {
    bool held;
    struct waiters waiters;
};

static int acquire(struct lock *lock)
{
    while (lock->held) {
        ouro_future *future = ouro_create_future();
        lock->waiters.futures[lock->waiters.count++] = future;
        int status = ouro_await(future);
        for (int i = 0; i < lock->waiters.count; i++) {
            if (lock->waiters.futures[i] == future) {
                remove_waiter(&lock->waiters, i);
                break;
            }
        }
        OURO_TRY(status);
    }
    lock->held = true;
    return 0;
}

static void release(struct lock *lock)
{
    lock->held = false;
    for (int i = 0; i < lock->waiters.count; i++) {
        if (!ouro_future_done(lock->waiters.futures[i])) {
            set_result(lock->waiters.futures[i]);
            break;
        }
    }
}

OURO_ASYNC(user, (struct lock *, lock), (int, rounds))
{
    for (int turn = 0; turn < rounds; turn++) {
        OURO_TRY(acquire(lock));
        trace("enters %d", turn);
        OURO_TRY(ouro_sleep(0.1));
        trace("leaves %d", turn);
        release(lock);
    }
    return 0;
}

OURO_ASYNC(a_lock)
{
    struct lock lock = { .held = false };
    ouro_task *tasks[3];

    for (int i = 0; i < 3; i++) {
        tasks[i] = spawn(user_coro(&lock, 2), "user-%d", i);
    }
    OURO_TRY(ouro_gather(tasks[0], tasks[1], tasks[2]));
    unref_all(tasks, 3);
    return 0;
}

OURO_ASYNC(user_for_a_second, (struct lock *, lock))
{
    OURO_TRY(acquire(lock));
    trace("enters");
    OURO_TRY(ouro_sleep(1));
    release(lock);
    trace("leaves");
    return 0;
}

OURO_ASYNC(a_lock_whose_waiter_is_cancelled)
{
    struct lock lock = { .held = false };
    ouro_task *tasks[4];

    for (int i = 0; i < 4; i++) {
        tasks[i] = spawn(user_for_a_second_coro(&lock), "user-%d", i);
    }
    OURO_TRY(ouro_sleep(0.5));
    ouro_task_cancel(tasks[1], NULL);
    for (int i = 0; i < 4; i++) {
        const char *outcome = show(ouro_await(tasks[i]));
        trace("%s: %s", ouro_task_get_name(tasks[i]), outcome);
    }
    unref_all(tasks, 4);
    return 0;
}

struct queue {
    int items[QUEUE_MAX];
    int first;
    int last;
    struct waiters getters;
};

static void put(struct queue *queue, int item)
{
    queue->items[queue->last++] = item;
    while (queue->getters.count > 0) {
        bool done = ouro_future_done(queue->getters.futures[0]);
        if (!done) {
            set_result(queue->getters.futures[0]);
        }
        remove_waiter(&queue->getters, 0);
        if (!done) {
            break;
        }
    }
}

static int get(struct queue *queue, int *ret_item)
{
    while (queue->first == queue->last) {
        ouro_future *future = ouro_create_future();
        queue->getters.futures[queue->getters.count++] = future;
        OURO_TRY(ouro_await(future));
    }
    *ret_item = queue->items[queue->first++];
    return 0;
}

OURO_ASYNC(producer, (struct queue *, queue), (int, first), (double, pause))
{
    for (int number = first; number < first + 4; number++) {
        trace("puts %d", number);
        put(queue, number);
        OURO_TRY(ouro_sleep(pause));
    }
    return 0;
}

OURO_ASYNC(consumer, (struct queue *, queue))
{
    int total = 0;

    for (;;) {
        int item = 0;

        OURO_TRY(get(queue, &item));
        if (item < 0) {
            return total;
        }
        trace("gets %d", item);
        total += item;
        OURO_TRY(ouro_sleep(0.2));
    }
}

OURO_ASYNC(a_queue)
{
    struct queue queue = { .first = 0 };
    ouro_task *consumers[2];
    ouro_task *producers[2];

    for (int i = 0; i < 2; i++) {
        consumers[i] = spawn(consumer_coro(&queue), "consumer-%d", i);
    }
    producers[0] = spawn(producer_coro(&queue, 10, 0.1), "slow");
    producers[1] = spawn(producer_coro(&queue, 20, 0), "quick");
    OURO_TRY(ouro_gather(producers[0], producers[1]));
    put(&queue, -1);
    put(&queue, -1);
    for (int i = 0; i < 2; i++) {
        const char *outcome = show(ouro_await(consumers[i]));
        trace("%s: %s", ouro_task_get_name(consumers[i]), outcome);
    }
    unref_all(consumers, 2);
    unref_all(producers, 2);
    return 0;
}

struct barrier {
    ouro_future *future;
    int arrived;
};

OURO_ASYNC(party, (struct barrier *, barrier), (double, delay))
{
    OURO_TRY(ouro_sleep(delay));
    barrier->arrived++;
    trace("arrives as number %d", barrier->arrived);
    if (barrier->arrived == 4) {
        set_result(barrier->future);
    } else {
        OURO_TRY(ouro_await(barrier->future));
    }
    trace("passes");
    return 0;
}

OURO_ASYNC(a_barrier)
{
    struct barrier barrier = { .future = ouro_create_future() };
    ouro_task *tasks[4];

    for (int i = 0; i < 4; i++) {
        tasks[i] = spawn(party_coro(&barrier, (double) (i * 3 % 4) / 10), "party-%d", i);
    }
    OURO_TRY(ouro_gather(tasks[0], tasks[1], tasks[2], tasks[3]));
    unref_all(tasks, 4);
    ouro_future_unref(barrier.future);
    return 0;
}

OURO_ASYNC(player, (ouro_future **, ball), (int, side))
{
    for (int turn = 0; turn < 3; turn++) {
        OURO_TRY(join(ball[side]));
        ball[side] = ouro_create_future();
        trace("hits %d", turn);
        set_result(ball[1 - side]);
    }
    return 0;
}

OURO_ASYNC(ping_pong)
{
    ouro_future *ball[] = { ouro_create_future(), ouro_create_future() };
    ouro_task *tasks[2];

    for (int side = 0; side < 2; side++) {
        tasks[side] = spawn(player_coro(ball, side), "player-%d", side);
    }
    set_result(ball[0]);
    OURO_TRY(ouro_gather(tasks[0], tasks[1]));
    unref_all(tasks, 2);
    unref_all(ball, 2);
    return 0;
}

SCENARIO(CASE(a_lock), CASE(a_lock_whose_waiter_is_cancelled), CASE(a_queue), CASE(a_barrier),
         CASE(ping_pong))
