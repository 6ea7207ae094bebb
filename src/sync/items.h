/* Items by value, one behind the other in memory that grows: what queues and channels keep.
 *
 *     ring     slots  [3][4][ ][ ][1][2]     pushed behind the newest, taken at the head
 *     stack           [1][2][3][4][ ][ ]     the head stays 0, taken behind
 *     heap            [1][3][2][4][ ][ ]     the head stays 0, the least first
 */
#ifndef OURO_SYNC_ITEMS_H
#define OURO_SYNC_ITEMS_H

#include "ouro/queue.h"

/* Copies an item; those of the common sizes without a call. */
static inline void item_copy(void *to, const void *from, size_t size)
{
    switch (size) {
    case 4:
        memcpy(to, from, 4);
        break;
    case 8:
        memcpy(to, from, 8);
        break;
    case 16:
        memcpy(to, from, 16);
        break;
    default:
        memcpy(to, from, size);
    }
}

/* The place of item `index`, counted from the oldest. */
static inline unsigned char *items_at(const ouro_items *items, size_t index)
{
    return items->data_ + ((items->head_ + index) & (items->slots_ - 1)) * items->size_;
}

/* Makes room for one more item. Returns 0, or -ENOMEM and everything is as it was. */
int ouro__items_reserve(ouro_items *items);

/* Adds a copy of an item behind the newest; there must be room. */
static inline void items_push(ouro_items *items, const void *item)
{
    item_copy(items_at(items, items->count_), item, items->size_);
    items->count_++;
}

/* Moves the oldest item to `ret_item`, which may be NULL; there must be one. */
static inline void items_pop_oldest(ouro_items *items, void *ret_item)
{
    if (ret_item != NULL)
        item_copy(ret_item, items_at(items, 0), items->size_);
    items->head_ = (items->head_ + 1) & (items->slots_ - 1);
    items->count_--;
}

/* The same with the newest item. */
static inline void items_pop_newest(ouro_items *items, void *ret_item)
{
    items->count_--;
    if (ret_item != NULL)
        item_copy(ret_item, items_at(items, items->count_), items->size_);
}

/* The same for a heap. */
void ouro__items_push_heap(ouro_items *items, const void *item, ouro_before *before);
void ouro__items_pop_heap(ouro_items *items, void *ret_item, ouro_before *before);

/* Frees the memory, and the items in it. */
void ouro__items_done(ouro_items *items);

#endif
