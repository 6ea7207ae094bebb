/* The pairing heap, against a sorted array. */
#include "base/heap.h"

#include "base/list.h"
#include "harness/random.h"
#include "harness/test.h"

#include <stdlib.h>
#include <string.h>

struct item {
    ouro_heap_node node;
    uint64_t key;
    uint64_t sequence;
    bool queued;
};

static const struct item *item_of(const ouro_heap_node *node)
{
    return container_of(node, struct item, node);
}

static bool item_before(const ouro_heap_node *left, const ouro_heap_node *right)
{
    const struct item *a = item_of(left);
    const struct item *b = item_of(right);

    return a->key != b->key ? a->key < b->key : a->sequence < b->sequence;
}

TEST(empty_heap_has_no_first)
{
    struct heap heap;

    heap_init(&heap);
    CHECK_PTR(heap_first(&heap), NULL);
    CHECK_PTR(heap_pop(&heap, item_before), NULL);
}

TEST(sole_node_comes_and_goes)
{
    struct heap heap;
    struct item item = { .key = 1 };

    heap_init(&heap);
    heap_insert(&heap, &item.node, item_before);
    CHECK_PTR(heap_first(&heap), &item.node);
    heap_remove(&heap, &item.node, item_before);
    CHECK_PTR(heap_first(&heap), NULL);
    heap_insert(&heap, &item.node, item_before);
    CHECK_PTR(heap_pop(&heap, item_before), &item.node);
    CHECK_PTR(heap_first(&heap), NULL);
}

/* The orders in which a pairing heap degenerates: one wide level, and one chain. A function that
 * recursed would overflow the stack here. */
static void check_sorted(uint64_t (*key_of)(size_t index))
{
    enum { COUNT = 500000 };
    struct item *items = calloc(COUNT, sizeof(*items));
    struct heap heap;

    CHECK(items);
    heap_init(&heap);
    for (size_t i = 0; i < COUNT; i++) {
        items[i].key = key_of(i);
        heap_insert(&heap, &items[i].node, item_before);
    }
    for (uint64_t i = 0; i < COUNT; i++)
        CHECK_INT(item_of(heap_pop(&heap, item_before))->key, i);
    CHECK_PTR(heap_first(&heap), NULL);
    free(items);
}

static uint64_t ascending(size_t index)
{
    return index;
}

static uint64_t descending(size_t index)
{
    return 500000 - 1 - index;
}

TEST(sorts_ascending_input)
{
    check_sorted(ascending);
}

TEST(sorts_descending_input)
{
    check_sorted(descending);
}

TEST(equal_keys_leave_in_the_order_of_their_sequence)
{
    enum { COUNT = 1000 };
    static struct item items[COUNT];
    struct heap heap;

    heap_init(&heap);
    for (size_t i = 0; i < COUNT; i++) {
        items[i].sequence = (i * 7) % COUNT;
        heap_insert(&heap, &items[i].node, item_before);
    }
    for (uint64_t i = 0; i < COUNT; i++)
        CHECK_INT(item_of(heap_pop(&heap, item_before))->sequence, i);
}

/* The reference: an array of the queued items, sorted. */
struct reference {
    struct item *items[512];
    size_t count;
};

static void reference_add(struct reference *reference, struct item *item)
{
    size_t place = reference->count++;

    while (place > 0 && item_before(&item->node, &reference->items[place - 1]->node)) {
        reference->items[place] = reference->items[place - 1];
        place--;
    }
    reference->items[place] = item;
}

static void reference_remove(struct reference *reference, const struct item *item)
{
    size_t place = 0;

    while (reference->items[place] != item)
        place++;
    reference->count--;
    memmove(&reference->items[place], &reference->items[place + 1],
            (reference->count - place) * sizeof(reference->items[0]));
}

TEST(random_operations_agree_with_a_sorted_array)
{
    enum { OPERATIONS = 100000, COUNT = 512 };
    static struct item items[COUNT];
    static struct reference reference;
    struct test_random random = { 1 };
    struct heap heap;
    uint64_t sequence = 0;

    heap_init(&heap);
    for (int i = 0; i < OPERATIONS; i++) {
        /* The share of insertions varies, so that the heap is now empty and now full. */
        uint64_t bias = 30 + 40 * (uint64_t) ((i / 5000) % 2);
        struct item *item = &items[test_random_below(&random, COUNT)];

        if (test_random_below(&random, 100) < bias) {
            if (item->queued)
                continue;
            item->key = test_random_below(&random, 100);
            item->sequence = sequence++;
            item->queued = true;
            heap_insert(&heap, &item->node, item_before);
            reference_add(&reference, item);
        } else if (test_random_below(&random, 2) && item->queued) {
            item->queued = false;
            heap_remove(&heap, &item->node, item_before);
            reference_remove(&reference, item);
        } else if (reference.count > 0) {
            item = reference.items[0];
            item->queued = false;
            CHECK_PTR(heap_pop(&heap, item_before), &item->node);
            reference_remove(&reference, item);
        }
        CHECK_PTR(heap_first(&heap), reference.count ? &reference.items[0]->node : NULL);
    }
    while (reference.count > 0) {
        CHECK_PTR(heap_pop(&heap, item_before), &reference.items[0]->node);
        reference_remove(&reference, reference.items[0]);
    }
    CHECK_PTR(heap_first(&heap), NULL);
}
