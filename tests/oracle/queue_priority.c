/* The least item first; items that compare equal come out in heapq's order. */
#include "queue_scenario.h"

static bool is_less(const void *left, const void *right)
{
    return *(const int *) left < *(const int *) right;
}

/* Compares the tens only, so that items of the same tens are equal. */
static bool has_less_tens(const void *left, const void *right)
{
    return *(const int *) left / 10 < *(const int *) right / 10;
}

static void get_some(ouro_queue *queue, int count)
{
    for (int i = 0; i < count; i++) {
        get_nowait(queue);
    }
}

static void put_some(ouro_queue *queue, const int *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        put_nowait(queue, numbers[i]);
    }
}

OURO_ASYNC(order)
{
    ouro_queue queue = OURO_PRIORITY_QUEUE_INIT(int, 0, is_less);
    const int numbers[] = { 30, 10, 20, 50, 40 };

    put_some(&queue, numbers, COUNT(numbers));
    state(&queue);
    get_some(&queue, 6);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(equal_items)
{
    ouro_queue queue = OURO_PRIORITY_QUEUE_INIT(int, 0, has_less_tens);
    const int numbers[] = { 11, 12, 13, 14, 15, 16, 17 };

    put_some(&queue, numbers, COUNT(numbers));
    get_some(&queue, 7);
    ouro_queue_done(&queue);
    return 0;
}

/* Puts and gets by a small generator of numbers, so that the heap is often rearranged. */
OURO_ASYNC(many_equal_items)
{
    ouro_queue queue = OURO_PRIORITY_QUEUE_INIT(int, 0, has_less_tens);
    unsigned long number = 1;
    int item;

    for (int step = 0; step < 400; step++) {
        number = (number * 1103515245 + 12345) % 2147483648;
        if ((number >> 16) % 5 < 3) {
            item = (int) ((number >> 20) % 50);
            OURO_TRY(ouro_queue_put_nowait(&queue, &item));
        } else if (!ouro_queue_empty(&queue)) {
            OURO_TRY(ouro_queue_get_nowait(&queue, &item));
            trace("%d: %d", step, item);
        }
    }
    while (!ouro_queue_empty(&queue)) {
        OURO_TRY(ouro_queue_get_nowait(&queue, &item));
        trace("%d", item);
    }
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(limited)
{
    ouro_queue queue = OURO_PRIORITY_QUEUE_INIT(int, 2, is_less);
    const int numbers[] = { 30, 10, 20 };

    put_some(&queue, numbers, COUNT(numbers));
    state(&queue);
    get_some(&queue, 3);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(getters_wait)
{
    ouro_queue queue = OURO_PRIORITY_QUEUE_INIT(int, 0, is_less);
    const int numbers[] = { 30, 10, 20 };
    ouro_task *getters[2];

    OURO_TRY(start_getters(&queue, getters, 2));
    put_some(&queue, numbers, COUNT(numbers));
    OURO_TRY(finish(getters, 2));
    get_nowait(&queue);
    ouro_queue_done(&queue);
    return 0;
}

OURO_ASYNC(shut_down)
{
    ouro_queue queue = OURO_PRIORITY_QUEUE_INIT(int, 0, is_less);
    const int numbers[] = { 30, 10, 20 };

    put_some(&queue, numbers, COUNT(numbers));
    ouro_queue_shutdown(&queue, false);
    put_nowait(&queue, 5);
    get_some(&queue, 4);
    ouro_queue_done(&queue);
    return 0;
}

SCENARIO(CASE(order), CASE(equal_items), CASE(many_equal_items), CASE(limited), CASE(getters_wait),
         CASE(shut_down))
