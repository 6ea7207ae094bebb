/* A pool of objects of one size: its blocks. */
#include "base/slab.h"

#include "base/alloc.h"
#include "base/bounds.h"

#include <stdbool.h>
#include <string.h>

struct slab_block {
    size_t size;       /* bytes of objects */
    size_t free_count; /* used by trim */
};

_Static_assert(sizeof(struct slab_block) % 16 == 0, "objects are aligned to 16");

static uint8_t *block_objects(struct slab_block *block)
{
    return (uint8_t *) (block + 1);
}

/* The place of the last block that begins at or before `address`, plus one. */
static size_t search_block(const struct slab *slab, const void *address)
{
    size_t low = 0;
    size_t high = slab->block_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if ((uintptr_t) slab->blocks[middle] <= (uintptr_t) address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool reserve_block_entry(struct slab *slab)
{
    if (slab->block_count < slab->block_capacity)
        return true;

    size_t capacity = slab->block_capacity ? 2 * slab->block_capacity : 4;
    struct slab_block **blocks = ouro__alloc_resize(slab->blocks,
                                                    capacity * sizeof(struct slab_block *));

    if (!blocks)
        return false;
    slab->blocks = blocks;
    slab->block_capacity = capacity;
    return true;
}

void *ouro__slab_grow(struct slab *slab)
{
    size_t count = SLAB_BYTES > sizeof(struct slab_block)
                       ? (SLAB_BYTES - sizeof(struct slab_block)) / slab->object_size
                       : 0;
    size_t size = (count ? count : 1) * slab->object_size;

    ouro_assert(slab->fresh == slab->fresh_end);
    if (!reserve_block_entry(slab))
        return NULL;

    struct slab_block *block = ouro__alloc(sizeof(*block) + size);

    if (!block)
        return NULL;

    size_t place = search_block(slab, block);

    memmove(&slab->blocks[place + 1], &slab->blocks[place],
            (slab->block_count - place) * sizeof(struct slab_block *));
    slab->blocks[place] = block;
    slab->block_count++;
    block->size = size;
    slab->fresh = block_objects(block);
    slab->fresh_end = slab->fresh + size;
    memory_poison(slab->fresh, size);
    return slab_take(slab);
}

static void free_block(struct slab_block *block)
{
    memory_unpoison(block_objects(block), block->size);
    ouro__alloc_free(block);
}

static struct slab_block *block_of(const struct slab *slab, const void *object)
{
    size_t place = search_block(slab, object);

    ouro_check(place > 0);
    return slab->blocks[place - 1];
}

/* The next of a free object, which is poisoned. */
static struct slab_free *next_free(struct slab_free *object)
{
    memory_unpoison(object, sizeof(*object));

    struct slab_free *next = object->next;

    memory_poison(object, sizeof(*object));
    return next;
}

static void link_free(struct slab_free *object, struct slab_free *next)
{
    memory_unpoison(object, sizeof(*object));
    object->next = next;
    memory_poison(object, sizeof(*object));
}

static bool block_is_free(const struct slab *slab, const struct slab_block *block)
{
    return block->free_count * slab->object_size == block->size;
}

/* Takes the free objects of the blocks that will go off the free list, keeping its order. */
static void forget_free_blocks(struct slab *slab)
{
    struct slab_free *last = NULL;
    struct slab_free *next;

    for (struct slab_free *object = slab->free; object; object = next) {
        next = next_free(object);
        if (block_is_free(slab, block_of(slab, object)))
            continue;
        if (last)
            link_free(last, object);
        else
            slab->free = object;
        last = object;
    }
    if (last)
        link_free(last, NULL);
    else
        slab->free = NULL;
}

void ouro__slab_trim(struct slab *slab)
{
    size_t kept = 0;

    for (size_t i = 0; i < slab->block_count; i++)
        slab->blocks[i]->free_count = 0;
    for (struct slab_free *object = slab->free; object; object = next_free(object))
        block_of(slab, object)->free_count++;
    if (slab->fresh != slab->fresh_end) {
        struct slab_block *newest = block_of(slab, slab->fresh);

        newest->free_count += (size_t) (slab->fresh_end - slab->fresh) / slab->object_size;
        if (block_is_free(slab, newest))
            slab->fresh = slab->fresh_end = NULL;
    }
    forget_free_blocks(slab);
    for (size_t i = 0; i < slab->block_count; i++) {
        if (block_is_free(slab, slab->blocks[i]))
            free_block(slab->blocks[i]);
        else
            slab->blocks[kept++] = slab->blocks[i];
    }
    slab->block_count = kept;
    if (kept == 0) {
        ouro__alloc_free(slab->blocks);
        slab->blocks = NULL;
        slab->block_capacity = 0;
    }
}

void ouro__slab_done(struct slab *slab)
{
    for (size_t i = 0; i < slab->block_count; i++)
        free_block(slab->blocks[i]);
    ouro__alloc_free(slab->blocks);
    slab_init(slab, slab->object_size);
}
