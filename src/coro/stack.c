/* The stack pool: its life, growing, and the checks that only some pools make. */
#include "coro/stack.h"

#include "base/alloc.h"
#include "base/list.h"
#include "coro/overflow.h"
#include "coro/stack_slab.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PERIOD_DEFAULT_NS (60 * UINT64_C(1000000000))
#define FILL_PATTERN UINT64_C(0x5a6b7c8d9eafb0c1)

enum { CANARY_BYTES = 256 };

int ouro__stack_class_for(size_t bytes, unsigned *ret_class)
{
    unsigned class_index = bytes == 0 ? STACK_CLASS_DEFAULT : 0;

    while (stack_class_bytes(class_index) < bytes) {
        if (++class_index == STACK_CLASS_COUNT)
            return -EINVAL;
    }
    *ret_class = class_index;
    return 0;
}

static uint32_t slots_max(unsigned class_index)
{
    size_t slots = SLAB_BYTES_MAX / stack_class_bytes(class_index);

    if (class_index > STACK_CLASS_1M || slots == 0)
        return 1;
    return slots < SLAB_SLOTS_MAX ? (uint32_t) slots : SLAB_SLOTS_MAX;
}

int ouro__stack_pool_init(struct stack_pool *pool, const struct stack_pool_options *options)
{
    memset(pool, 0, sizeof(*pool));
    if (options)
        pool->options = *options;
    if (pool->options.guard > STACK_GUARD_NONE)
        return -EINVAL;
    if (pool->options.period_ns == 0)
        pool->options.period_ns = PERIOD_DEFAULT_NS;
    pool->watched = pool->options.fill || pool->options.unpooled;
    for (unsigned i = 0; i < STACK_CLASS_COUNT; i++) {
        struct stack_shelf *shelf = &pool->shelves[i];

        list_init(&shelf->full);
        list_init(&shelf->open);
        list_init(&shelf->dirty);
        shelf->slots_next = slots_max(i) < SLAB_SLOTS_MIN ? slots_max(i) : SLAB_SLOTS_MIN;
    }
    return 0;
}

static void slabs_free(ouro_link *slabs)
{
    for (ouro_link *link; (link = list_pop(slabs)) != NULL;)
        ouro__stack_slab_free(container_of(link, struct stack_slab, link));
}

void ouro__stack_pool_done(struct stack_pool *pool)
{
    for (unsigned i = 0; i < STACK_CLASS_COUNT; i++) {
        struct stack_shelf *shelf = &pool->shelves[i];

        ouro_check(shelf->count == shelf->free_count);
        slabs_free(&shelf->full);
        slabs_free(&shelf->open);
        slabs_free(&shelf->dirty);
        shelf->free = NULL;
        shelf->free_count = 0;
        shelf->count = 0;
    }
}

/* Returns a slab with an empty slot: best one whose memory is still there. */
static struct stack_slab *open_slab(struct stack_pool *pool, unsigned class_index)
{
    struct stack_shelf *shelf = &pool->shelves[class_index];
    ouro_link *list = list_is_empty(&shelf->dirty) ? &shelf->open : &shelf->dirty;

    if (!list_is_empty(list))
        return container_of(list->next_, struct stack_slab, link);

    struct stack_slab *slab = ouro__stack_slab_create(
        class_index, pool->options.unpooled ? 1 : shelf->slots_next);

    if (!slab)
        return NULL;
    slab->round = shelf->round;
    list_append(&shelf->open, &slab->link);
    if (shelf->slots_next < slots_max(class_index))
        shelf->slots_next *= 2;
    return slab;
}

static uint32_t choose_empty_slot(const struct stack_slab *slab)
{
    const uint64_t *bitmap = slab->dirty_count > 0 ? slab->dirty : slab->empty;
    uint32_t word = 0;

    ouro_assert(slab->empty_count > 0);
    while (bitmap[word] == 0)
        word++;
    return word * 64 + (uint32_t) __builtin_ctzll(bitmap[word]);
}

/* Makes an empty slot a stack that is in use. */
static struct stack *slot_occupy(struct stack_slab *slab, uint32_t slot)
{
    struct stack *stack = ouro__stack_slab_head(slab, slot);
    bool dirty = slab_bit(slab->dirty, slot);
    uint32_t valgrind_id = dirty ? stack->valgrind_id : 0;

    slab_bit_clear(slab->empty, slot);
    slab->empty_count--;
    *stack = (struct stack) {
        .slab = slab,
        .slot = (uint16_t) slot,
        .class_index = slab->class_index,
        .in_use = true,
    };
    if (dirty) {
        slab_bit_clear(slab->dirty, slot);
        slab->dirty_count--;
    } else {
        valgrind_id = valgrind_stack_register(stack_bottom(stack), stack_top(stack));
    }
    stack->valgrind_id = valgrind_id;
    return stack;
}

/* Puts a slab into the list that its slots ask for. */
static void slab_file(struct stack_shelf *shelf, struct stack_slab *slab)
{
    list_remove(&slab->link);
    if (slab->empty_count == 0)
        list_append(&shelf->full, &slab->link);
    else if (slab->dirty_count == 0)
        list_prepend(&shelf->open, &slab->link);
    else
        list_prepend(&shelf->dirty, &slab->link);
}

struct stack *ouro__stack_pool_grow(struct stack_pool *pool, unsigned class_index)
{
    ouro_assert(class_index < STACK_CLASS_COUNT);
    if (ouro__alloc_fault())
        return NULL;

    struct stack_shelf *shelf = &pool->shelves[class_index];
    struct stack_slab *slab = open_slab(pool, class_index);

    if (!slab)
        return NULL;

    uint32_t slot = choose_empty_slot(slab);

    if (ouro__stack_slab_arm(pool, slab, slot) < 0)
        return NULL;

    struct stack *stack = slot_occupy(slab, slot);

    slab_file(shelf, slab);
    shelf->count++;
    shelf->free_low = shelf->free_count;
    if (pool->watched)
        ouro__stack_taken(pool, stack);
    return stack;
}

void ouro__stack_taken(struct stack_pool *pool, struct stack *stack)
{
    if (!pool->options.fill)
        return;

    uint64_t *end = stack_top(stack);

    for (uint64_t *word = stack_bottom(stack); word < end; word++)
        *word = FILL_PATTERN;
}

/* Below a stack without a guard lies the unused room for one, which must still be zero. */
void ouro__stack_given(struct stack_pool *pool, struct stack *stack)
{
    (void) pool;
    if (!slab_bit(stack->slab->unguarded, stack->slot))
        return;

    const uint64_t *end = stack_bottom(stack);
    uint64_t seen = 0;

    for (const uint64_t *word = end - CANARY_BYTES / sizeof(*end); word < end; word++)
        seen |= *word;
    if (seen == 0)
        return;

    /* The stack below may be damaged as well: going on would spread it. */
    ouro__overflow_explain(stack->owner, stack_size(stack), "were not enough (it had no guard)");
    abort();
}

/* The slab of an unpooled stack holds nothing else. */
void ouro__stack_discard(struct stack_pool *pool, struct stack *stack)
{
    struct stack_slab *slab = stack->slab;

    ouro_assert(slab->slots == 1);
    list_remove(&slab->link);
    pool->shelves[stack->class_index].count--;
    ouro__stack_slab_free(slab);
}

size_t ouro__stack_high_water(const struct stack_pool *pool, const struct stack *stack)
{
    const uint64_t *end = (const uint64_t *) (const void *) stack;
    const uint64_t *word = stack_bottom(stack);

    if (!pool->options.fill)
        return 0;
    /* Memcheck holds all below the stack pointer for lost, but the pattern lies there. */
    valgrind_make_defined(word, stack_size(stack));
    while (word < end && *word == FILL_PATTERN)
        word++;
    return (size_t) ((const char *) end - (const char *) word);
}
