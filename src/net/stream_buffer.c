/* How the bytes of a stream get more memory. */
#include "net/stream_buffer.h"

#include "base/alloc.h"

#include <errno.h>

/* Makes room among the kept blocks for one more; the oldest go. */
static void make_place(ouro_loop *loop, size_t capacity)
{
    while (loop->bulk_count == STREAM_BULK_KEPT ||
           loop->bulk_bytes + capacity > STREAM_BULK_KEPT * STREAM_BULK) {
        ouro__alloc_free(loop->bulk[0].data);
        loop->bulk_bytes -= loop->bulk[0].capacity;
        loop->bulk_count--;
        memmove(loop->bulk, loop->bulk + 1, loop->bulk_count * sizeof loop->bulk[0]);
    }
}

void ouro__stream_block_free(ouro_loop *loop, struct memory_block block)
{
    if (block.capacity < STREAM_BULK || block.capacity > STREAM_BULK_MAX) {
        ouro__alloc_free(block.data);
        return;
    }
    make_place(loop, block.capacity);
    loop->bulk_bytes += block.capacity;
    loop->bulk[loop->bulk_count++] = block;
}

/* Returns the place behind the kept block of this capacity that was used last, or 0. */
static unsigned find_kept(const ouro_loop *loop, size_t capacity)
{
    unsigned place = loop->bulk_count;

    while (place > 0 && loop->bulk[place - 1].capacity != capacity)
        place--;
    return place;
}

/* Returns a block, or NULL. */
static void *take_block(ouro_loop *loop, size_t capacity)
{
    unsigned place;
    void *data;

    if (capacity == STREAM_PIECE)
        return slab_take(&loop->pieces);
    place = find_kept(loop, capacity);
    if (place == 0)
        return ouro__alloc(capacity);
    data = loop->bulk[place - 1].data;
    loop->bulk_bytes -= capacity;
    memmove(loop->bulk + place - 1, loop->bulk + place,
            (loop->bulk_count - place) * sizeof loop->bulk[0]);
    loop->bulk_count--;
    return data;
}

/* Returns the capacity of a block for `needed` bytes: it doubles, so that a byte is copied a few
 * times at most however slowly the content grows. What comes near to a kept block gets one. */
static size_t capacity_for(const struct stream_buffer *buffer, size_t needed)
{
    size_t capacity = buffer->capacity > STREAM_PIECE ? buffer->capacity : STREAM_PIECE;

    if (needed > STREAM_BULK / 8 && capacity < STREAM_BULK)
        capacity = STREAM_BULK;
    while (capacity < needed)
        capacity *= 2;
    return capacity;
}

int ouro__stream_buffer_grow(ouro_loop *loop, struct stream_buffer *buffer, size_t size,
                             struct memory_block *ret_old)
{
    size_t used = stream_buffer_size(buffer);
    struct stream_buffer grown = { .end = used };
    bool resizes;

    if (size > SIZE_MAX / 4 - used)
        return -ENOMEM;
    if (buffer->data != NULL && ret_old == NULL && buffer->begin >= used &&
        size <= buffer->capacity - used) {
        memcpy(buffer->data, buffer->data + buffer->begin, used); /* they do not overlap */
        buffer->begin = 0;
        buffer->end = used;
        return 0;
    }
    grown.capacity = capacity_for(buffer, used + size);
    resizes = buffer->capacity > STREAM_PIECE && buffer->begin == 0 && ret_old == NULL &&
              find_kept(loop, grown.capacity) == 0;
    if (resizes)
        grown.data = ouro__alloc_resize(buffer->data, grown.capacity);
    else
        grown.data = take_block(loop, grown.capacity);
    if (grown.data == NULL)
        return -ENOMEM;
    if (resizes) {
        *buffer = grown;
        return 0;
    }
    if (used > 0)
        memcpy(grown.data, buffer->data + buffer->begin, used);
    if (ret_old != NULL)
        *ret_old = (struct memory_block) { buffer->data, buffer->capacity };
    else
        stream_buffer_release(loop, buffer);
    *buffer = grown;
    return 0;
}
