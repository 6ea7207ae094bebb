/* The queue of timers: how it moves through time. */
#include "base/wheel.h"

#include <string.h>

_Static_assert(64 >= WHEEL_LEVELS * WHEEL_DIGIT_BITS, "a level's digit is within a tick");

void ouro__wheel_init(struct wheel *wheel, int64_t now)
{
    heap_init(&wheel->heap);
    wheel->position = wheel_tick(now);
    wheel->levels = 0;
    memset(wheel->slots, 0, sizeof(wheel->slots));
}

void ouro__wheel_remove_from_heap(struct wheel *wheel, ouro_timer_node *node)
{
    heap_remove(&wheel->heap, &node->heap_, wheel_before);
}

ouro_timer_node *ouro__wheel_pop(struct wheel *wheel)
{
    ouro_timer_node *node = wheel_node_of_heap(heap_pop(&wheel->heap, wheel_before));

    node->where_ = WHEEL_NOWHERE;
    return node;
}

static void clear_slot(struct wheel *wheel, unsigned level, unsigned digit)
{
    wheel->slots[level] &= ~(UINT64_C(1) << digit);
    if (!wheel->slots[level])
        wheel->levels &= ~(UINT64_C(1) << level);
}

/* Finds the first slot with a node in it, and clears the bits of the emptied ones before it. Lower
 * levels are earlier, and so are lower digits: no digit in use is below the wheel's own. */
static struct wheel_slot *first_slot(struct wheel *wheel, unsigned *ret_level, unsigned *ret_digit)
{
    while (wheel->levels) {
        unsigned level = (unsigned) __builtin_ctzll(wheel->levels);
        unsigned digit = (unsigned) __builtin_ctzll(wheel->slots[level]);
        struct wheel_slot *slot = &wheel->slot[level][digit];

        if (!list_is_empty(&slot->nodes)) {
            *ret_level = level;
            *ret_digit = digit;
            return slot;
        }
        clear_slot(wheel, level, digit);
    }
    return NULL;
}

int64_t ouro__wheel_next_slot(struct wheel *wheel)
{
    unsigned level;
    unsigned digit;
    const struct wheel_slot *slot = first_slot(wheel, &level, &digit);

    return slot ? slot->earliest : INT64_MAX;
}

/* The first tick of a slot. */
static uint64_t slot_begin(const struct wheel *wheel, unsigned level, unsigned digit)
{
    unsigned shift = level * WHEEL_DIGIT_BITS;
    uint64_t higher_digits = wheel->position >> (shift + WHEEL_DIGIT_BITS);

    return (higher_digits << WHEEL_DIGIT_BITS | digit) << shift;
}

static void move_node(struct wheel *wheel, ouro_link *link)
{
    wheel_add(wheel, container_of(link, ouro_timer_node, link_));
}

/* Moves a slot's nodes to lower levels and into the heap. Nothing is due before the tick of its
 * earliest one, so the wheel goes straight there: a timer that is alone in its slot comes into the
 * heap by one move, from whatever level.
 *
 * The nodes of a large set are in no cache, and the list tells of the next only when a node has
 * come from memory. Walking from both ends lets two of them come at a time. */
static void enter_slot(struct wheel *wheel, unsigned level, unsigned digit)
{
    struct wheel_slot *slot = &wheel->slot[level][digit];
    ouro_link *front = slot->nodes.next_;
    ouro_link *back = slot->nodes.previous_;
    bool is_last_pair = false;

    ouro_check(wheel_tick(slot->earliest) >= slot_begin(wheel, level, digit));
    clear_slot(wheel, level, digit);
    wheel->position = wheel_tick(slot->earliest);
    while (front != back && !is_last_pair) {
        ouro_link *first = front;
        ouro_link *last = back;

        front = first->next_;
        back = last->previous_;
        is_last_pair = front == last;
        __builtin_prefetch(front);
        __builtin_prefetch(back);
        move_node(wheel, first);
        move_node(wheel, last);
    }
    if (!is_last_pair)
        move_node(wheel, front);
}

void ouro__wheel_advance(struct wheel *wheel, int64_t now)
{
    uint64_t target = wheel_tick(now);
    unsigned level;
    unsigned digit;
    const struct wheel_slot *slot;

    while ((slot = first_slot(wheel, &level, &digit))) {
        if (wheel_tick(slot->earliest) > target) {
            /* Wait in front of the slot: its timers stay where they are until one is due. */
            uint64_t last_before = slot_begin(wheel, level, digit) - 1;

            target = target < last_before ? target : last_before;
            break;
        }
        enter_slot(wheel, level, digit);
        if (wheel->heap.root)
            return;
    }
    if (wheel->position < target)
        wheel->position = target;
}
