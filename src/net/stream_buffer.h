/* The bytes that a stream holds: a queue in one block of memory.
 *
 *     data          begin            end             capacity
 *      |  consumed   |   the content  |  room         |
 *
 * The first block is a piece of STREAM_PIECE bytes from the loop's pool and goes back there as soon
 * as the buffer is empty: an idle connection holds no memory, and one that exchanges short messages
 * asks the heap for none. More content lives in a block of the heap; the loop keeps a few of those
 * from STREAM_BULK bytes on, since the heap would give their pages back to the kernel each time.
 */
#ifndef OURO_NET_STREAM_BUFFER_H
#define OURO_NET_STREAM_BUFFER_H

#include "base/bounds.h"
#include "loop/loop.h"

#include <errno.h>
#include <string.h>

struct stream_buffer {
    uint8_t *data;
    size_t begin;
    size_t end;
    size_t capacity; /* STREAM_PIECE: a piece of the pool; more: a block of the heap */
};

static inline size_t stream_buffer_size(const struct stream_buffer *buffer)
{
    return buffer->end - buffer->begin;
}

/* The same where there is not enough. With `ret_old` the block in use stays as it is, and is handed
 * over in there. */
int ouro__stream_buffer_grow(ouro_loop *loop, struct stream_buffer *buffer, size_t size,
                             struct memory_block *ret_old);

/* Makes room for `size` bytes behind the content. Returns 0 or -ENOMEM. */
static inline int stream_buffer_reserve(ouro_loop *loop, struct stream_buffer *buffer, size_t size)
{
    if (size <= buffer->capacity - buffer->end)
        return 0;
    if (__builtin_expect(buffer->data == NULL && size <= STREAM_PIECE, 1)) {
        buffer->data = slab_take(&loop->pieces);
        if (buffer->data == NULL)
            return -ENOMEM;
        buffer->capacity = STREAM_PIECE;
        return 0;
    }
    return ouro__stream_buffer_grow(loop, buffer, size, NULL);
}

/* Gives a block of the heap back, or keeps it. */
void ouro__stream_block_free(ouro_loop *loop, struct memory_block block);

/* Gives a block back. */
static inline void stream_block_release(ouro_loop *loop, struct memory_block *block)
{
    if (block->data == NULL)
        return;
    if (block->capacity == STREAM_PIECE)
        slab_give(&loop->pieces, block->data);
    else
        ouro__stream_block_free(loop, *block);
    *block = (struct memory_block) { 0 };
}

/* Gives the memory back, with all that is in it. */
static inline void stream_buffer_release(ouro_loop *loop, struct stream_buffer *buffer)
{
    struct memory_block block = { buffer->data, buffer->capacity };

    stream_block_release(loop, &block);
    *buffer = (struct stream_buffer) { 0 };
}

/* Makes room for `size` bytes, for who writes them there himself. Returns the place and its room,
 * or NULL without memory. */
static inline uint8_t *stream_buffer_place(ouro_loop *loop, struct stream_buffer *buffer,
                                           size_t size, size_t *ret_room)
{
    if (stream_buffer_reserve(loop, buffer, size) < 0)
        return NULL;
    *ret_room = buffer->capacity - buffer->end;
    return buffer->data + buffer->end;
}

/* Appends a copy. Returns 0; -ENOMEM, and nothing has changed. */
static inline int stream_buffer_append(ouro_loop *loop, struct stream_buffer *buffer,
                                       const void *bytes, size_t size)
{
    int status = stream_buffer_reserve(loop, buffer, size);

    if (status < 0)
        return status;
    memcpy(buffer->data + buffer->end, bytes, size);
    buffer->end += size;
    return 0;
}

/* Drops bytes at the front; an empty buffer gives its memory back. */
static inline void stream_buffer_consume(ouro_loop *loop, struct stream_buffer *buffer, size_t size)
{
    ouro_check(size <= stream_buffer_size(buffer));
    buffer->begin += size;
    if (buffer->begin == buffer->end)
        stream_buffer_release(loop, buffer);
}

#endif
