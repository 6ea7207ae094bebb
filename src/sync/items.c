/* Items by value. The heap moves its items exactly as Python's heapq does, so that items which
 * compare equal come out in the same order. */
#include "sync/items.h"

#include "base/alloc.h"

#include <errno.h>

#define SLOTS_MIN 8

int ouro__items_reserve(ouro_items *items)
{
    size_t slots = items->slots_;
    size_t more = slots > 0 ? 2 * slots : SLOTS_MIN;
    unsigned char *data;
    size_t wrapped;

    if (items->count_ < slots)
        return 0;
    if (more > SIZE_MAX / 2 / items->size_)
        return -ENOMEM;
    data = ouro__alloc_resize(items->data_, more * items->size_);
    if (data == NULL)
        return -ENOMEM;
    /* What had been wrapped to the beginning moves to where the ring ended. */
    wrapped = items->head_;
    if (wrapped > 0)
        memcpy(data + slots * items->size_, data, wrapped * items->size_);
    items->data_ = data;
    items->slots_ = more;
    return 0;
}

/* Moves an item from the free place `index` towards the root, until its parent is not greater. */
static void sift_up(ouro_items *items, size_t index, const void *item, ouro_before *before)
{
    while (index > 0) {
        size_t parent = (index - 1) / 2;

        if (!before(item, items_at(items, parent)))
            break;
        item_copy(items_at(items, index), items_at(items, parent), items->size_);
        index = parent;
    }
    item_copy(items_at(items, index), item, items->size_);
}

void ouro__items_push_heap(ouro_items *items, const void *item, ouro_before *before)
{
    items->count_++;
    sift_up(items, items->count_ - 1, item, before);
}

void ouro__items_pop_heap(ouro_items *items, void *ret_item, ouro_before *before)
{
    size_t count = items->count_ - 1;
    size_t index = 0;
    size_t child;

    if (ret_item != NULL)
        item_copy(ret_item, items_at(items, 0), items->size_);
    items->count_ = count;
    if (count == 0)
        return;
    /* The free place goes down to a leaf along the lesser children; the last item goes there, and
     * up from there. */
    for (child = 1; child < count; child = 2 * index + 1) {
        if (child + 1 < count && !before(items_at(items, child), items_at(items, child + 1)))
            child++;
        item_copy(items_at(items, index), items_at(items, child), items->size_);
        index = child;
    }
    sift_up(items, index, items_at(items, count), before);
}

void ouro__items_done(ouro_items *items)
{
    ouro__alloc_free(items->data_);
    items->data_ = NULL;
    items->slots_ = 0;
    items->head_ = 0;
    items->count_ = 0;
}
