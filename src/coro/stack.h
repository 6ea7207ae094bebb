/* Stacks: where coroutines run, taken from a pool and given back without a system call.
 *
 *     low                                                       high
 *      | guard | ............ grows downwards ........ | stack | colour |
 *              ^ stack_bottom                          ^ stack_top
 *
 * A class fixes how much address space a stack has, guard included; memory is only what was
 * touched. `struct stack` and the frames of a parked coroutine share the topmost page, so a parked
 * coroutine of the default class costs one page and its share of the page tables. The colour shifts
 * the top by 0 to 960 bytes: without it the hot frames of all stacks would compete for the same
 * cache sets.
 *
 * A pool belongs to one thread. It keeps freed stacks in a last-in-first-out list per class, maps
 * stacks in slabs (stack_slab.h) and gives surplus memory back in small steps (stack_pool_trim).
 */
#ifndef OURO_CORO_STACK_H
#define OURO_CORO_STACK_H

#include "base/assert.h"
#include "coro/sanitize.h"
#include "ouro/base.h"

#include <stddef.h>
#include <stdint.h>

/* 16, 64, 256 KiB and 1 MiB from slabs, then each power of two up to 1 GiB in a mapping of its own.
 */
enum {
    STACK_CLASS_16K,
    STACK_CLASS_64K,
    STACK_CLASS_256K,
    STACK_CLASS_1M,
    STACK_CLASS_1G = 13,
    STACK_CLASS_COUNT,
    STACK_CLASS_DEFAULT = STACK_CLASS_64K,
};

/* How the end of a stack is protected. */
enum stack_guard {
    STACK_GUARD_AUTO,     /* light guards where the kernel has them, mprotect elsewhere */
    STACK_GUARD_MPROTECT, /* mprotect, as on kernels before 6.13 */
    STACK_GUARD_NONE,     /* no guard: the lowest words are checked when a stack is given back */
};

struct stack {
    struct stack *next; /* in the free list */
    void *owner;        /* the user's: whom to name when this stack overflows */
    struct stack_slab *slab;
    uint32_t valgrind_id;
    uint16_t slot;
    uint8_t class_index;
    bool in_use;
};

_Static_assert(sizeof(struct stack) == 32 || sizeof(void *) != 8, "a stack's head is 32 bytes");

/* The stacks of one class. */
struct stack_shelf {
    struct stack *free;  /* last in, first out */
    uint32_t free_count; /* length of `free` */
    uint32_t free_low;   /* the least that `free_count` was in this period */
    uint32_t count;      /* stacks in use or in `free` */
    uint32_t keep;       /* the watermark: how many stacks recent demand justifies */
    uint32_t surplus;    /* how many free stacks this trim round still has to retire */
    uint32_t slots_next; /* slots of the next slab */
    uint32_t round;      /* trim rounds begun */
    bool survey_pending; /* this round still has slabs to survey */
    ouro_link full;      /* slabs of which every slot is a stack, in use or in `free` */
    ouro_link open;      /* slabs with empty slots, none of them dirty */
    ouro_link dirty;     /* slabs with retired slots whose memory is still there */
};

struct stack_pool_options {
    enum stack_guard guard;
    bool fill;          /* for stack_high_water: fill every stack with a pattern, which costs its
                           whole memory; for debugging */
    bool unpooled;      /* torture: a stack that is given back is unmapped */
    uint32_t vma_limit; /* mappings above which small stacks get no guard by mprotect;
                           0: 60 % of vm.max_map_count */
    uint64_t period_ns; /* the watermark halves once per period; 0: 60 s */
    void (*warn)(const char *text); /* told once when stacks go without guards, or NULL */
};

struct stack_pool {
    struct stack_shelf shelves[STACK_CLASS_COUNT];
    bool watched;     /* take and give have more to do than move a pointer */
    uint64_t trim_at; /* stack_pool_trim does nothing before this time */
    uint64_t period_at;
    struct stack_pool_options options;
    uint32_t unguarded_count; /* stacks that got no guard */
    bool warned;
};

/* What stands behind the inline functions below. */
int ouro__stack_pool_init(struct stack_pool *pool, const struct stack_pool_options *options);
void ouro__stack_pool_done(struct stack_pool *pool);
int ouro__stack_class_for(size_t bytes, unsigned *ret_class);
size_t ouro__stack_class_bytes(unsigned class_index);
void *ouro__stack_bottom(const struct stack *stack);
size_t ouro__stack_high_water(const struct stack_pool *pool, const struct stack *stack);
void ouro__stack_taken(struct stack_pool *pool, struct stack *stack);
void ouro__stack_given(struct stack_pool *pool, struct stack *stack);
void ouro__stack_discard(struct stack_pool *pool, struct stack *stack);
bool ouro__stack_pool_trim(struct stack_pool *pool, uint64_t now_ns);

/* Prepares an empty pool; maps nothing. `options` may be NULL for the defaults.
 * Returns: 0, or -EINVAL for an unknown guard. */
static inline int stack_pool_init(struct stack_pool *pool, const struct stack_pool_options *options)
{
    return ouro__stack_pool_init(pool, options);
}

/* Unmaps everything. No coroutine may run on a stack of this pool any more. */
static inline void stack_pool_done(struct stack_pool *pool)
{
    ouro__stack_pool_done(pool);
}

/* Finds the smallest class whose stacks have at least `bytes` of address space; 0 means the
 * default.
 * Returns: 0, or -EINVAL above 1 GiB. Threads: any. */
static inline int stack_class_for(size_t bytes, unsigned *ret_class)
{
    return ouro__stack_class_for(bytes, ret_class);
}

/* Returns the address space of one stack of a class, guard included. Threads: any. */
static inline size_t stack_class_bytes(unsigned class_index)
{
    return ouro__stack_class_bytes(class_index);
}

/* Returns the lowest usable address: the end of the guard. */
static inline void *stack_bottom(const struct stack *stack)
{
    return ouro__stack_bottom(stack);
}

/* Returns how deeply a stack was used since it was taken, in bytes from its top; 0 in a pool
 * without the option `fill`. */
static inline size_t stack_high_water(const struct stack_pool *pool, const struct stack *stack)
{
    return ouro__stack_high_water(pool, stack);
}

/* Takes a stack that is not in the free list, mapping a slab if need be.
 * Returns: a stack, or NULL when there is no memory or address space. */
struct stack *ouro__stack_pool_grow(struct stack_pool *pool, unsigned class_index);

/* Returns where the stack begins, aligned for a call. */
static inline void *stack_top(struct stack *stack)
{
    return stack;
}

/* Returns the usable bytes. */
static inline size_t stack_size(const struct stack *stack)
{
    return (size_t) ((const char *) stack - (const char *) stack_bottom(stack));
}

/* Takes the stack that was given back last, without a system call.
 * Returns: NULL when none is free; then ouro__stack_pool_grow helps. */
static inline struct stack *stack_pool_take(struct stack_pool *pool, unsigned class_index)
{
    struct stack_shelf *shelf = &pool->shelves[class_index];
    struct stack *stack = shelf->free;

    if (!stack)
        return NULL;
    ouro_check(!stack->in_use);
    shelf->free = stack->next;
    shelf->free_count--;
    if (shelf->free_count < shelf->free_low)
        shelf->free_low = shelf->free_count;
    stack->in_use = true;
    if (__builtin_expect(pool->watched, 0))
        ouro__stack_taken(pool, stack);
    return stack;
}

/* Gives a stack back, without a system call. Nothing may run on it any more. */
static inline void stack_pool_give(struct stack_pool *pool, struct stack *stack)
{
    struct stack_shelf *shelf = &pool->shelves[stack->class_index];

    ouro_check(stack->in_use);
    if (__builtin_expect(pool->watched, 0))
        ouro__stack_given(pool, stack);
#ifdef OURO_TORTURE
    if (pool->options.unpooled) {
        ouro__stack_discard(pool, stack);
        return;
    }
#endif
    stack->in_use = false;
    stack->owner = NULL;
    stack->next = shelf->free;
    shelf->free = stack;
    shelf->free_count++;
}

/* Gives memory that recent demand does not justify back to the system, a bounded step per call:
 * demand is the most stacks that were in use within a period, and what is remembered of it halves
 * per period. Free stacks that were once used deeply keep only their upper 16 KiB.
 * `now_ns` is any clock that does not go backwards.
 * Returns: true while there is more to do at once; else `trim_at` tells when to call again. */
static inline bool stack_pool_trim(struct stack_pool *pool, uint64_t now_ns)
{
    return now_ns >= pool->trim_at && ouro__stack_pool_trim(pool, now_ns);
}

#endif
