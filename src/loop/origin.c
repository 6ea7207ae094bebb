/* Where futures, tasks and handles were made: in debug mode the stacks of their creation are kept,
 * as addresses, beside the objects, which have no room for them.
 *
 * The table's keys are addresses of objects. Nothing is taken out when an object is freed: another
 * one that is made at its address in debug mode overwrites the entry, and futures have a flag that
 * says that the entry is theirs. So the table is bounded by the most objects that were alive at a
 * time.
 */
#include "base/alloc.h"
#include "loop/debug.h"
#include "loop/frames.h"

#include <string.h>

enum { TABLE_SIZE_FIRST = 64 };

static struct origin *find_place(struct origin *table, size_t size, const void *key)
{
    size_t i = ((uintptr_t) key >> 4) * 0x9e3779b1U & (size - 1);

    while (table[i].key != NULL && table[i].key != key)
        i = (i + 1) & (size - 1);
    return &table[i];
}

static bool grow_table(ouro_loop *loop)
{
    size_t old_size = loop->origin_size;
    size_t size = old_size != 0 ? 2 * old_size : TABLE_SIZE_FIRST;
    struct origin *table;
    size_t i;

    if (2 * (loop->origin_count + 1) <= old_size)
        return true;
    table = ouro__alloc_zero(size * sizeof *table);
    if (table == NULL)
        return false;
    for (i = 0; i < old_size; i++)
        if (loop->origins[i].key != NULL)
            *find_place(table, size, loop->origins[i].key) = loop->origins[i];
    ouro__alloc_free(loop->origins);
    loop->origins = table;
    loop->origin_size = size;
    return true;
}

bool ouro__origin_keep(ouro_loop *loop, const void *key)
{
    struct origin *origin;
    int count;

    if (!grow_table(loop))
        return false;
    origin = find_place(loop->origins, loop->origin_size, key);
    if (origin->key == NULL)
        loop->origin_count++;
    origin->key = key;
    count = ouro__own_places(origin->places, ORIGIN_PLACES);
    origin->count = count > 0 ? (unsigned) count : 0;
    return true;
}

void ouro__origin_copy(const ouro_loop *loop, const void *key, struct origin *ret_origin)
{
    ret_origin->key = NULL;
    if (loop->origin_size > 0)
        *ret_origin = *find_place(loop->origins, loop->origin_size, key);
}

/* Names the frames of an origin. Returns how many. */
static size_t name_frames(const struct origin *origin, ouro_frame *ret_frames)
{
    size_t count = ouro__frames_from_places(NULL, origin->places, origin->count, ret_frames,
                                            ORIGIN_PLACES);

    return count < ORIGIN_FRAMES ? count : ORIGIN_FRAMES;
}

void ouro__origin_add(struct text *text, const struct origin *origin)
{
    ouro_frame *frames;
    size_t count;

    if (origin->key == NULL)
        return;
    frames = ouro__alloc(ORIGIN_PLACES * sizeof *frames);
    if (frames == NULL)
        return;
    count = name_frames(origin, frames);
    if (count > 0) {
        text_add(text, "\n  created in (innermost call first):\n");
        ouro__text_add_frames(text, "    ", frames, count);
        text_cut_newline(text);
    }
    ouro__alloc_free(frames);
}

void ouro__origin_add_future(struct text *text, const ouro_future *future)
{
    struct origin origin;

    if (!(future->flags & FUTURE_TRACED))
        return;
    ouro__origin_copy(future->loop, future, &origin);
    ouro__origin_add(text, &origin);
}

int ouro_future_get_creation_stack(const ouro_future *future, ouro_frame *ret_frames,
                                   size_t capacity)
{
    ouro_frame *frames;
    struct origin origin;
    size_t count;

    if (future == NULL || ret_frames == NULL || !(future->flags & FUTURE_TRACED))
        return 0;
    ouro__origin_copy(future->loop, future, &origin);
    frames = origin.key != NULL ? ouro__alloc(ORIGIN_PLACES * sizeof *frames) : NULL;
    if (frames == NULL)
        return 0;
    count = name_frames(&origin, frames);
    if (count > capacity)
        count = capacity;
    if (count > 0)
        memcpy(ret_frames, frames, count * sizeof *frames);
    ouro__alloc_free(frames);
    return (int) count;
}

void ouro__origins_done(ouro_loop *loop)
{
    ouro__alloc_free(loop->origins);
    loop->origins = NULL;
    loop->origin_size = 0;
    loop->origin_count = 0;
}
