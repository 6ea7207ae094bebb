/* Slabs of stacks: mapping, guards, and giving memory back. */
#include "coro/stack_slab.h"

#include "base/alloc.h"
#include "base/assert.h"
#include "coro/memory.h"
#include "coro/registry.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

enum {
    COLOUR_STEP = 192, /* three cache lines: 16 colours before they repeat */
    COLOUR_RANGE = 1024,
    VMAS_PER_GUARD = 2, /* the guard, and the usable part that it cuts off */
    SURVEY_PAGES = 4096,
};

_Static_assert(SLAB_SLOTS_MAX <= UINT16_MAX, "a slot's number fits its field");

size_t ouro__stack_class_bytes(unsigned class_index)
{
    size_t bytes = class_index <= STACK_CLASS_1M
                       ? (size_t) (16 << 10) << (2 * class_index)
                       : (size_t) (1 << 20) << (class_index - STACK_CLASS_1M);
    size_t least = 4 * ouro__page_bytes();

    return (bytes > least ? bytes : least) * OURO_STACK_SCALE;
}

/* Frames larger than a guard can step over it, so deep stacks get more than a page; small ones, of
 * which there may be a million, do not pay for it. */
size_t ouro__stack_guard_bytes(unsigned class_index)
{
    size_t page = ouro__page_bytes();
    size_t bytes = class_index <= STACK_CLASS_64K    ? page
                   : class_index <= STACK_CLASS_256K ? (size_t) (16 << 10)
                                                     : (size_t) (64 << 10);

    return bytes > page ? bytes : page;
}

size_t ouro__stack_colour(uint32_t slot)
{
    return slot * (size_t) COLOUR_STEP % COLOUR_RANGE;
}

static char *slot_base(const struct stack_slab *slab, uint32_t slot)
{
    return slab->base + slot * ouro__stack_class_bytes(slab->class_index);
}

struct stack *ouro__stack_head(uintptr_t slot_end, size_t colour)
{
    return (struct stack *) (slot_end - colour) - 1;
}

struct stack *ouro__stack_slab_head(const struct stack_slab *slab, uint32_t slot)
{
    char *end = slot_base(slab, slot) + ouro__stack_class_bytes(slab->class_index);

    return ouro__stack_head((uintptr_t) end, ouro__stack_colour(slot));
}

void *ouro__stack_bottom(const struct stack *stack)
{
    return slot_base(stack->slab, stack->slot) + ouro__stack_guard_bytes(stack->class_index);
}

struct stack_slab *ouro__stack_slab_create(unsigned class_index, uint32_t slots)
{
    struct stack_slab *slab = ouro__alloc_zero(sizeof(*slab));
    size_t slot_bytes = ouro__stack_class_bytes(class_index);

    ouro_assert(slots >= 1 && slots <= SLAB_SLOTS_MAX);
    if (!slab)
        return NULL;

    /* Where memory is not overcommitted, or address space is limited, less may still do. */
    while (!(slab->base = ouro__memory_map(slots * slot_bytes)) && slots > 1)
        slots /= 2;
    if (!slab->base) {
        ouro__alloc_free(slab);
        return NULL;
    }

    slab->bytes = slots * slot_bytes;
    slab->slots = slots;
    slab->empty_count = slots;
    slab->class_index = (uint8_t) class_index;
    for (uint32_t slot = 0; slot < slots; slot++)
        slab_bit_set(slab->empty, slot);
    slab->registry_entry = ouro__registry_add((uintptr_t) slab->base, slab->bytes, class_index);
    return slab;
}

void ouro__stack_slab_free(struct stack_slab *slab)
{
    for (uint32_t slot = 0; slot < slab->slots; slot++) {
        if (!slab_bit(slab->empty, slot) || slab_bit(slab->dirty, slot))
            valgrind_stack_deregister(ouro__stack_slab_head(slab, slot)->valgrind_id);
    }
    ouro__registry_remove(slab->registry_entry);
    ouro__memory_unmap(slab->base, slab->bytes);
    atomic_fetch_sub(&ouro__memory_vma_count, slab->mprotected_count * VMAS_PER_GUARD);
    ouro__alloc_free(slab);
}

/* Arms as many slots as one call can, beginning with the first that is not armed. Returns how many
 * have their guard now. */
static uint32_t arm_light(struct stack_slab *slab)
{
    struct iovec guards[MEMORY_RANGES_MAX];
    size_t guard_bytes = ouro__stack_guard_bytes(slab->class_index);
    uint32_t count = slab->slots - slab->armed;

    if (count > MEMORY_RANGES_MAX)
        count = MEMORY_RANGES_MAX;
    for (uint32_t i = 0; i < count; i++) {
        guards[i].iov_base = slot_base(slab, slab->armed + i);
        guards[i].iov_len = guard_bytes;
    }
    return ouro__memory_advise(guards, count, MEMORY_GUARD_INSTALL);
}

/* True if a small stack should rather go without a guard than bring the process to the limit at
 * which every mmap fails. */
static bool vmas_are_scarce(const struct stack_pool *pool)
{
    uint32_t limit = pool->options.vma_limit ? pool->options.vma_limit : ouro__memory_vma_limit();

    return atomic_load(&ouro__memory_vma_count) + VMAS_PER_GUARD > limit;
}

static void arm_without_guard(struct stack_pool *pool, struct stack_slab *slab)
{
    slab_bit_set(slab->unguarded, slab->armed);
    pool->unguarded_count++;
    pool->watched = true;
    if (!pool->warned && pool->options.guard != STACK_GUARD_NONE && pool->options.warn)
        pool->options.warn(
            "stacks beyond this one have no guard page: the number of mappings nears "
            "vm.max_map_count; raise it, or use Linux 6.13 or later");
    pool->warned = true;
}

static int arm_one(struct stack_pool *pool, struct stack_slab *slab)
{
    bool may_go_without = slab->class_index <= STACK_CLASS_64K;
    char *guard = slot_base(slab, slab->armed);

    if (pool->options.guard == STACK_GUARD_NONE || (may_go_without && vmas_are_scarce(pool))) {
        arm_without_guard(pool, slab);
        return 0;
    }
    if (mprotect(guard, ouro__stack_guard_bytes(slab->class_index), PROT_NONE) == 0) {
        slab->mprotected_count++;
        atomic_fetch_add(&ouro__memory_vma_count, VMAS_PER_GUARD);
        return 0;
    }
    if (!may_go_without)
        return -ENOMEM;
    arm_without_guard(pool, slab);
    return 0;
}

int ouro__stack_slab_arm(struct stack_pool *pool, struct stack_slab *slab, uint32_t slot)
{
    while (slab->armed <= slot) {
        uint32_t armed = 0;

        if (pool->options.guard == STACK_GUARD_AUTO && ouro__memory_has_light_guards())
            armed = arm_light(slab);

        /* Locked memory refuses light guards, so a refusal is not the end. */
        if (armed == 0) {
            int status = arm_one(pool, slab);

            if (status < 0)
                return status;
            armed = 1;
        }
        slab->armed += armed;
    }
    return 0;
}

void ouro__stack_slab_clean(struct stack_slab *slab)
{
    struct iovec ranges[MEMORY_RANGES_MAX];
    size_t slot_bytes = ouro__stack_class_bytes(slab->class_index);
    size_t guard_bytes = ouro__stack_guard_bytes(slab->class_index);
    uint32_t count = 0;

    for (uint32_t slot = 0; slot < slab->slots && slab->dirty_count > 0; slot++) {
        if (!slab_bit(slab->dirty, slot))
            continue;
        valgrind_stack_deregister(ouro__stack_slab_head(slab, slot)->valgrind_id);
        slab_bit_clear(slab->dirty, slot);
        slab->dirty_count--;
        ranges[count].iov_base = slot_base(slab, slot) + guard_bytes;
        ranges[count].iov_len = slot_bytes - guard_bytes;
        if (++count == MEMORY_RANGES_MAX) {
            (void) ouro__memory_advise(ranges, count, MADV_DONTNEED);
            count = 0;
        }
    }
    (void) ouro__memory_advise(ranges, count, MADV_DONTNEED);
}

/* True if a page of a range is resident, according to the answer of mincore for a whole slab. */
static bool is_resident(const unsigned char *pages, size_t first, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (pages[first + i] & 1)
            return true;
    }
    return false;
}

void ouro__stack_slab_survey(struct stack_slab *slab)
{
    unsigned char pages[SURVEY_PAGES];
    struct iovec ranges[MEMORY_RANGES_MAX];
    size_t page = ouro__page_bytes();
    size_t slot_bytes = ouro__stack_class_bytes(slab->class_index);
    size_t guard_bytes = ouro__stack_guard_bytes(slab->class_index);
    uint32_t count = 0;

    if (slot_bytes <= guard_bytes + STACK_KEPT_BYTES || STACK_KEPT_BYTES % page != 0)
        return;

    /* One call tells of the whole slab; of a mapping too large for that, assume the worst. */
    size_t deep_bytes = slot_bytes - guard_bytes - STACK_KEPT_BYTES;
    bool known = slab->bytes / page <= SURVEY_PAGES && mincore(slab->base, slab->bytes, pages) == 0;

    for (uint32_t slot = 0; slot < slab->armed; slot++) {
        char *deep = slot_base(slab, slot) + guard_bytes;

        if (slab_bit(slab->empty, slot) || ouro__stack_slab_head(slab, slot)->in_use)
            continue;
        if (known && !is_resident(pages, (size_t) (deep - slab->base) / page, deep_bytes / page))
            continue;
        ranges[count].iov_base = deep;
        ranges[count].iov_len = deep_bytes;
        if (++count == MEMORY_RANGES_MAX) {
            (void) ouro__memory_advise(ranges, count, MADV_DONTNEED);
            count = 0;
        }
    }
    (void) ouro__memory_advise(ranges, count, MADV_DONTNEED);
}
