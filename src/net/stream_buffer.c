/* How the bytes of a stream get more memory. */
#include "net/stream_buffer.h"

#include "base/alloc.h"

#include <errno.h>

void ouro__stream_buffer_free(ouro_loop *loop, struct stream_buffer *buffer)
{
    if (buffer->capacity == STREAM_BULK && loop->bulk_count < STREAM_BULK_KEPT)
        loop->bulk[loop->bulk_count++] = buffer->data;
    else
        ouro__alloc_free(buffer->data);
}

/* Returns a block, or NULL. */
static void *take_block(ouro_loop *loop, size_t capacity)
{
    if (capacity == STREAM_PIECE)
        return slab_take(&loop->pieces);
    if (capacity == STREAM_BULK && loop->bulk_count > 0)
        return loop->bulk[--loop->bulk_count];
    return ouro__alloc(capacity);
}

/* Returns the capacity of a block for `needed` bytes: it doubles, so that a byte is copied a few
 * times at most however slowly the content grows. */
static size_t capacity_for(const struct stream_buffer *buffer, size_t needed)
{
    size_t capacity = buffer->capacity > STREAM_PIECE ? buffer->capacity : STREAM_PIECE;

    while (capacity < needed)
        capacity *= 2;
    return capacity;
}

int ouro__stream_buffer_grow(ouro_loop *loop, struct stream_buffer *buffer, size_t size,
                             struct stream_buffer *ret_old)
{
    size_t used = stream_buffer_size(buffer);
    struct stream_buffer grown = { .end = used };

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
    if (buffer->capacity > STREAM_PIECE && buffer->begin == 0 && ret_old == NULL)
        grown.data = ouro__alloc_resize(buffer->data, grown.capacity);
    else
        grown.data = take_block(loop, grown.capacity);
    if (grown.data == NULL)
        return -ENOMEM;
    if (buffer->capacity > STREAM_PIECE && buffer->begin == 0 && ret_old == NULL) {
        *buffer = grown;
        return 0;
    }
    if (used > 0)
        memcpy(grown.data, buffer->data + buffer->begin, used);
    if (ret_old != NULL)
        *ret_old = *buffer;
    else
        stream_buffer_release(loop, buffer);
    *buffer = grown;
    return 0;
}
