/* The queue of timers: exact order (deadline, then sequence), O(1) to arm and to remove.
 *
 *     level 0    64 slots of one tick, 2^14 ns (WHEEL_TICK_SHIFT)
 *     level 1    64 slots of 64 ticks, and so on: 9 levels hold every time of 64 bits
 *     heap       what is due in the tick of the position or earlier, sorted
 *
 * Time is cut into ticks, and a tick into digits of 6 bits. The wheel's position is a tick that
 * follows `now`. A timer of a later tick lies on the level of the highest digit in which its tick
 * differs from the position, in the slot of its own digit there. So every timer of a level comes
 * before all of the next level, the slots of a level are in order, and a timer's place stays right
 * while the position is in front of its slot. When a timer of the first slot is due, the position
 * enters the slot: its timers move to lower levels, those of the entered tick into the heap,
 * which alone sorts. Most timers are timeouts that never fire: they are linked in and unlinked
 * again, and never compared with another.
 *
 * A node belongs to the caller, from `wheel_add` until it is popped or removed to the wheel.
 */
#ifndef OURO_BASE_WHEEL_H
#define OURO_BASE_WHEEL_H

#include "base/bounds.h"
#include "base/heap.h"
#include "base/list.h"
#include "ouro/handle.h"

#include <stdint.h>

#define WHEEL_DIGIT_BITS 6
#define WHEEL_SLOTS (1 << WHEEL_DIGIT_BITS)
#define WHEEL_LEVELS ((63 - WHEEL_TICK_SHIFT + WHEEL_DIGIT_BITS - 1) / WHEEL_DIGIT_BITS)

/* Where a node is: `where_`. The loop stages timers that it has not added to the wheel yet. */
enum wheel_place { WHEEL_NOWHERE, WHEEL_IN_HEAP, WHEEL_IN_SLOT, WHEEL_STAGED };

struct wheel_slot {
    ouro_link nodes;  /* valid if the slot's bit is set */
    int64_t earliest; /* no deadline of the slot is earlier */
};

struct wheel {
    struct heap heap;
    uint64_t position;            /* a tick, not after that of the latest `now` */
    uint64_t levels;              /* bit: some slot of the level has its bit set */
    uint64_t slots[WHEEL_LEVELS]; /* bit: the slot is in use; it may have been emptied since */
    struct wheel_slot slot[WHEEL_LEVELS][WHEEL_SLOTS];
};

/* Makes an empty wheel that stands at `now`. Touches little of its 14 KiB. */
void ouro__wheel_init(struct wheel *wheel, int64_t now);

/* Moves the wheel towards `now`, until the earliest timers are in the heap or `now` is reached. */
void ouro__wheel_advance(struct wheel *wheel, int64_t now);

/* Removes a node that is in the heap. */
void ouro__wheel_remove_from_heap(struct wheel *wheel, ouro_timer_node *node);

/* Removes and returns the first node of the heap. */
ouro_timer_node *ouro__wheel_pop(struct wheel *wheel);

/* The earliest deadline of the slots. */
int64_t ouro__wheel_next_slot(struct wheel *wheel);

static inline void wheel_init(struct wheel *wheel, int64_t now)
{
    ouro__wheel_init(wheel, now);
}

/* The tick of a time; times before the beginning count as the beginning. */
static inline uint64_t wheel_tick(int64_t time)
{
    return time < 0 ? 0 : (uint64_t) time >> WHEEL_TICK_SHIFT;
}

static inline ouro_timer_node *wheel_node_of_heap(const ouro_heap_node *node)
{
    return container_of(node, ouro_timer_node, heap_);
}

static inline bool wheel_before(const ouro_heap_node *left, const ouro_heap_node *right)
{
    const ouro_timer_node *a = wheel_node_of_heap(left);
    const ouro_timer_node *b = wheel_node_of_heap(right);

    return a->deadline_ != b->deadline_ ? a->deadline_ < b->deadline_ : a->sequence_ < b->sequence_;
}

/* Adds a node whose deadline and sequence are set. */
static inline void wheel_add(struct wheel *wheel, ouro_timer_node *node)
{
    int64_t deadline = node->deadline_;
    uint64_t tick = wheel_tick(deadline);

    if (tick <= wheel->position) {
        node->where_ = WHEEL_IN_HEAP;
        heap_insert(&wheel->heap, &node->heap_, wheel_before);
        return;
    }

    int bit = 63 - __builtin_clzll(tick ^ wheel->position);
    unsigned level = (unsigned) bit / WHEEL_DIGIT_BITS;
    unsigned digit = (tick >> (level * WHEEL_DIGIT_BITS)) % WHEEL_SLOTS;
    struct wheel_slot *slot = &wheel->slot[level][digit];
    uint64_t slot_bit = UINT64_C(1) << digit;

    if (!(wheel->slots[level] & slot_bit) || list_is_empty(&slot->nodes)) {
        slot->earliest = deadline;
        wheel->slots[level] |= slot_bit;
        wheel->levels |= UINT64_C(1) << level;
        list_init_with(&slot->nodes, &node->link_);
    } else {
        if (deadline < slot->earliest)
            slot->earliest = deadline;
        node->link_.next_ = NULL;
        list_append(&slot->nodes, &node->link_);
    }
    node->where_ = WHEEL_IN_SLOT;
}

/* True if no timer is armed; may be false for some time after the last one was removed. */
static inline bool wheel_is_empty(const struct wheel *wheel)
{
    return wheel->heap.root == NULL && wheel->levels == 0;
}

static inline bool wheel_is_armed(const ouro_timer_node *node)
{
    return node->where_ != WHEEL_NOWHERE;
}

/* Removes a node that was added and neither popped nor removed since. */
static inline void wheel_remove(struct wheel *wheel, ouro_timer_node *node)
{
    ouro_check(wheel_is_armed(node));
    if (__builtin_expect(node->where_ == WHEEL_IN_SLOT, 1))
        list_remove(&node->link_);
    else
        ouro__wheel_remove_from_heap(wheel, node);
    node->where_ = WHEEL_NOWHERE;
}

/* Removes and returns the next node whose deadline is not after `now`, or NULL. `now` should never
 * decrease. Nodes that are added between two calls take their place in the order. */
static inline ouro_timer_node *wheel_pop_due(struct wheel *wheel, int64_t now)
{
    if (!wheel->heap.root && wheel->levels)
        ouro__wheel_advance(wheel, now);

    ouro_heap_node *first = heap_first(&wheel->heap);

    if (!first || wheel_node_of_heap(first)->deadline_ > now)
        return NULL;
    return ouro__wheel_pop(wheel);
}

/* The earliest deadline, or INT64_MAX if there is none. If the earliest timer of a slot was
 * removed, this may be earlier than every deadline that is left, but is never later. */
static inline int64_t wheel_next(struct wheel *wheel)
{
    const ouro_heap_node *first = heap_first(&wheel->heap);

    if (first)
        return wheel_node_of_heap(first)->deadline_;
    return wheel->levels ? ouro__wheel_next_slot(wheel) : INT64_MAX;
}

#endif
