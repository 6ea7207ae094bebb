/* Slabs: mappings that hold stacks of one class, side by side.
 *
 *      | guard  stack 0 | guard  stack 1 | ... | guard  stack n-1 |
 *
 * A slot is *empty* (never used, or given back to the system: its memory need not exist), or it
 * holds a `struct stack`, which is in use or in the pool's free list. The state of empty slots
 * lives here and not in the stacks, because touching a stack costs a page. Slots are armed (get
 * their guard) in order, in batches, shortly before they are first used.
 */
#ifndef OURO_CORO_STACK_SLAB_H
#define OURO_CORO_STACK_SLAB_H

#include "coro/stack.h"
#include "ouro/base.h"

#include <stddef.h>
#include <stdint.h>

enum {
    SLAB_SLOTS_MAX = 256,
    SLAB_SLOTS_MIN = 16,
    SLAB_BYTES_MAX = 16 << 20,
    SLAB_BITMAP_WORDS = SLAB_SLOTS_MAX / 64,
    STACK_KEPT_BYTES = 16 << 10, /* a free stack keeps so much of its top through a trim */
};

struct stack_slab {
    ouro_link link; /* in a shelf's `full`, `open` or `dirty` */
    char *base;
    size_t bytes;
    uint32_t slots;
    uint32_t armed;            /* slots below this number have their guard */
    uint32_t empty_count;      /* bits set in `empty` */
    uint32_t dirty_count;      /* bits set in `dirty` */
    uint32_t mprotected_count; /* guards that cost mappings */
    uint32_t registry_entry;
    uint32_t round; /* the trim round that surveyed it last */
    uint8_t class_index;
    uint64_t empty[SLAB_BITMAP_WORDS];
    uint64_t dirty[SLAB_BITMAP_WORDS];     /* empty, but the memory is still there */
    uint64_t unguarded[SLAB_BITMAP_WORDS]; /* armed without a guard */
};

static inline bool slab_bit(const uint64_t *bitmap, uint32_t slot)
{
    return bitmap[slot / 64] >> (slot % 64) & 1;
}

static inline void slab_bit_set(uint64_t *bitmap, uint32_t slot)
{
    bitmap[slot / 64] |= (uint64_t) 1 << (slot % 64);
}

static inline void slab_bit_clear(uint64_t *bitmap, uint32_t slot)
{
    bitmap[slot / 64] &= ~((uint64_t) 1 << (slot % 64));
}

/* The size of the guard of a class. */
size_t ouro__stack_guard_bytes(unsigned class_index);

/* How far the top of the stack in a slot is shifted. */
size_t ouro__stack_colour(uint32_t slot);

/* The head of a stack, from where its slot ends, or from its slab. */
struct stack *ouro__stack_head(uintptr_t slot_end, size_t colour);
struct stack *ouro__stack_slab_head(const struct stack_slab *slab, uint32_t slot);

/* Maps a slab of `slots` slots, or fewer if the system does not give that much.
 * Returns: NULL when not even one slot could be mapped. */
struct stack_slab *ouro__stack_slab_create(unsigned class_index, uint32_t slots);

/* Unmaps a slab. */
void ouro__stack_slab_free(struct stack_slab *slab);

/* Puts guards below the slots up to and including `slot`, and some more in the same system call.
 * Returns: 0, or -ENOMEM when the system refuses and the class may not go without a guard. */
int ouro__stack_slab_arm(struct stack_pool *pool, struct stack_slab *slab, uint32_t slot);

/* Gives the memory of the dirty slots back to the system. */
void ouro__stack_slab_clean(struct stack_slab *slab);

/* Gives back the deep part of the free stacks of a slab. */
void ouro__stack_slab_survey(struct stack_slab *slab);

#endif
