/* wait_for: the predicate is asked first, and again after each notification. */
#include "scenario.h"

struct store {
    ouro_condition condition;
    int items;
    int asked;
};

struct demand {
    struct store *store;
    int count;
};

static int enough(void *arg)
{
    struct demand *demand = arg;

    demand->store->asked++;
    trace("asked: %d", demand->store->items);
    return demand->store->items >= demand->count;
}

OURO_ASYNC(taker, (struct store *, store), (int, count))
{
    struct demand demand = { store, count };
    int status = 0;

    ouro_with_condition (&store->condition, &status) {
        status = ouro_condition_wait_for(&store->condition, enough, &demand);
        if (status >= 0) {
            store->items -= count;
            trace("took %d: %s", count, show(status));
            status = 0;
        }
    }
    return status;
}

static int put(struct store *store, int count)
{
    int status = 0;

    ouro_with_condition (&store->condition, &status) {
        store->items += count;
        status = ouro_condition_notify_all(&store->condition);
    }
    return status;
}

static int end(struct store *store, ouro_task **tasks, int count)
{
    for (int i = 0; i < count; i++) {
        int status = join(tasks[i]);

        trace("%s", show(status));
    }
    trace("items %d, asked %d, locked %d", store->items, store->asked,
          ouro_condition_locked(&store->condition));
    return 0;
}

OURO_ASYNC(true_at_once)
{
    struct store store = { .items = 3 };

    say_soon("another callback");
    OURO_TRY(taker(&store, 2));
    return end(&store, NULL, 0);
}

OURO_ASYNC(after_some_notifications)
{
    struct store store = { .items = 0 };
    ouro_task *task = spawn(taker_coro(&store, 3), "taker");

    for (int i = 0; i < 4; i++) {
        OURO_TRY(ouro_sleep(1));
        OURO_TRY(put(&store, 1));
    }
    return end(&store, &task, 1);
}

OURO_ASYNC(those_who_come_first_do_not_block_others)
{
    struct store store = { .items = 0 };
    ouro_task *tasks[3];

    for (int i = 0; i < 3; i++) {
        tasks[i] = spawn(taker_coro(&store, 3 - i), "t%d", i);
    }
    for (int i = 0; i < 6; i++) {
        OURO_TRY(ouro_sleep(1));
        OURO_TRY(put(&store, 1));
    }
    return end(&store, tasks, 3);
}

static int seven(void *arg)
{
    (void) arg;
    return 7;
}

static int never(void *arg)
{
    (void) arg;
    return 0;
}

OURO_ASYNC(without_the_lock)
{
    struct store store = { .items = 0 };

    trace("%s", show(ouro_condition_wait_for(&store.condition, seven, NULL)));
    trace("%s", show(ouro_condition_wait_for(&store.condition, never, NULL)));
    return 0;
}

static int fails(void *arg)
{
    struct demand *demand = arg;

    return demand->store->items == demand->count ? fail(demand->count) : 0;
}

OURO_ASYNC(picky, (struct store *, store), (int, number))
{
    struct demand demand = { store, number };
    int status = 0;

    ouro_with_condition (&store->condition, &status) {
        status = ouro_condition_wait_for(&store->condition, fails, &demand);
    }
    return status;
}

OURO_ASYNC(a_predicate_that_fails)
{
    struct store store = { .items = 0 };
    ouro_task *tasks[3];

    for (int i = 0; i < 3; i++) {
        tasks[i] = spawn(picky_coro(&store, i), "p%d", i);
    }
    for (int i = 0; i < 2; i++) {
        OURO_TRY(ouro_sleep(1));
        OURO_TRY(put(&store, 1));
    }
    return end(&store, tasks, 3);
}

OURO_ASYNC(cancelled)
{
    static struct store store;
    ouro_task *tasks[3];

    for (int i = 0; i < 3; i++) {
        tasks[i] = spawn(taker_coro(&store, 1), "t%d", i);
    }
    OURO_TRY(ouro_sleep(1));
    OURO_TRY(put(&store, 1));
    ouro_task_cancel(tasks[0], NULL);
    ouro_task_cancel(tasks[1], NULL);
    return end(&store, tasks, 3);
}

SCENARIO(CASE(true_at_once), CASE(after_some_notifications),
         CASE(those_who_come_first_do_not_block_others), CASE(without_the_lock),
         CASE(a_predicate_that_fails), CASE(cancelled))
