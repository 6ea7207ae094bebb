/* A growable queue of bytes with a mandatory maximum: append at the end, consume at the front.
 *
 *     data            begin             end              capacity
 *      |  consumed     |   the content   |  room          |
 *
 * Consuming moves `begin`. The content is moved to the front only when what was consumed is at
 * least as long as what is left, so that each byte is moved at most once for each byte consumed;
 * for this the capacity may become twice the maximum. A failed call leaves everything as it was.
 */
#ifndef OURO_BASE_BUFFER_H
#define OURO_BASE_BUFFER_H

#include "base/assert.h"
#include "ouro/base.h"

struct buffer {
    uint8_t *data;
    size_t begin;
    size_t end;
    size_t capacity;
    size_t max; /* bytes of content */
};

/* Makes an empty buffer for at most `max` bytes. */
static inline void buffer_init(struct buffer *buffer, size_t max)
{
    *buffer = (struct buffer) { .max = max };
}

/* Frees the memory. The buffer is empty then, and may be used again. */
void ouro__buffer_done(struct buffer *buffer);

/* The content. */
static inline size_t buffer_size(const struct buffer *buffer)
{
    return buffer->end - buffer->begin;
}

static inline uint8_t *buffer_data(const struct buffer *buffer)
{
    return buffer->data ? buffer->data + buffer->begin : NULL;
}

static inline ouro_bytes buffer_bytes(const struct buffer *buffer)
{
    return (ouro_bytes) { .data = buffer_data(buffer), .size = buffer_size(buffer) };
}

/* Makes room for `size` bytes behind the content, to be filled and then committed.
 * Returns 0 and the room; -ENOBUFS if the content would exceed the maximum; -ENOMEM. */
int ouro__buffer_reserve(struct buffer *buffer, size_t size, uint8_t **ret_room);

/* The room that there is already behind the content, within the maximum. */
static inline size_t buffer_room(const struct buffer *buffer)
{
    size_t room = buffer->capacity - buffer->end;
    size_t allowed = buffer->max - buffer_size(buffer);

    return room < allowed ? room : allowed;
}

/* Makes the first `size` bytes of the room part of the content. */
static inline void buffer_commit(struct buffer *buffer, size_t size)
{
    ouro_assert(size <= buffer_room(buffer));
    buffer->end += size;
}

/* Appends a copy of `size` bytes. Returns 0, -ENOBUFS or -ENOMEM. */
int ouro__buffer_append(struct buffer *buffer, const void *bytes, size_t size);

/* Drops the first `size` bytes of the content. */
static inline void buffer_consume(struct buffer *buffer, size_t size)
{
    ouro_assert(size <= buffer_size(buffer));
    buffer->begin += size;
    if (buffer->begin == buffer->end)
        buffer->begin = buffer->end = 0;
}

/* Finds `pattern` in the content from `offset` on. Returns true and where it begins, counted from
 * the begin of the content. An empty pattern is found at once. */
bool ouro__buffer_find(const struct buffer *buffer, size_t offset, const void *pattern, size_t size,
                       size_t *ret_offset);

/* Frees the memory of a buffer without content. */
void ouro__buffer_trim(struct buffer *buffer);

#endif
