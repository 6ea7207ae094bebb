/* A pool of objects of one size.
 *
 *     blocks:  [header|object|object|...|object] [header|object|...]      SLAB_BYTES each
 *     free:    object -> object -> ...      given back; the last one given is taken first
 *     fresh:   the part of the newest block that was never taken
 *
 * Taking and giving are a few instructions; memory is asked for only when a block is used up, and
 * given back only by `slab_trim` and `slab_done`. Objects are not cleared. A pool belongs to one
 * thread. Under AddressSanitizer an object that is free is poisoned.
 */
#ifndef OURO_BASE_SLAB_H
#define OURO_BASE_SLAB_H

#include "base/assert.h"
#include "base/poison.h"

#include <stddef.h>
#include <stdint.h>

struct slab_block;

/* What a free object holds. */
struct slab_free {
    struct slab_free *next;
};

struct slab {
    struct slab_free *free;
    uint8_t *fresh;
    uint8_t *fresh_end;
    size_t object_size;
    size_t live;                /* objects taken and not given back */
    struct slab_block **blocks; /* sorted by address */
    size_t block_count;
    size_t block_capacity;
};

/* Makes an empty pool of objects of at least `object_size` bytes, aligned to 16. */
static inline void slab_init(struct slab *slab, size_t object_size)
{
    ouro_assert(object_size > 0 && object_size < SIZE_MAX / 4);
    *slab = (struct slab) { .object_size = (object_size + 15) & ~(size_t) 15 };
}

/* Gets a new block and takes an object from it; NULL if there is no memory. */
void *ouro__slab_grow(struct slab *slab);

/* Takes an object, not cleared; NULL if there is no memory. */
static inline void *slab_take(struct slab *slab)
{
    struct slab_free *object = slab->free;

    if (__builtin_expect(object != NULL, 1)) {
        memory_unpoison(object, slab->object_size);
        slab->free = object->next;
        slab->live++;
        return object;
    }
    if (slab->fresh == slab->fresh_end)
        return ouro__slab_grow(slab);

    void *fresh = slab->fresh;

    slab->fresh += slab->object_size;
    slab->live++;
    memory_unpoison(fresh, slab->object_size);
    return fresh;
}

/* Gives an object back. */
static inline void slab_give(struct slab *slab, void *object)
{
    struct slab_free *freed = object;

    ouro_check(object != NULL && slab->live > 0);
    freed->next = slab->free;
    slab->free = freed;
    slab->live--;
    memory_poison(object, slab->object_size);
}

/* Objects taken and not given back. */
static inline size_t slab_live(const struct slab *slab)
{
    return slab->live;
}

/* Gives back the blocks of which no object is taken. Walks all free objects. */
void ouro__slab_trim(struct slab *slab);

/* Gives all memory back, that of objects still taken as well. The pool is empty then. */
void ouro__slab_done(struct slab *slab);

static inline void slab_trim(struct slab *slab)
{
    ouro__slab_trim(slab);
}

static inline void slab_done(struct slab *slab)
{
    ouro__slab_done(slab);
}

#endif
