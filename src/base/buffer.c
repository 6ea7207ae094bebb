/* A growable queue of bytes: how it grows, and how it is searched. */
#define _GNU_SOURCE 1

#include "base/buffer.h"

#include "base/alloc.h"
#include "base/bounds.h"

#include <errno.h>
#include <string.h>

void ouro__buffer_done(struct buffer *buffer)
{
    ouro__alloc_free(buffer->data);
    buffer_init(buffer, buffer->max);
}

void ouro__buffer_trim(struct buffer *buffer)
{
    if (buffer_size(buffer) == 0)
        ouro__buffer_done(buffer);
}

/* The next capacity that holds `needed` bytes: twice the last, but not more than twice the maximum,
 * beyond which moving the content is cheap. */
static size_t next_capacity(const struct buffer *buffer, size_t needed)
{
    size_t limit = buffer->max <= SIZE_MAX / 2 ? 2 * buffer->max : SIZE_MAX;
    size_t capacity = buffer->capacity <= SIZE_MAX / 2 ? 2 * buffer->capacity : SIZE_MAX;

    if (capacity < BUFFER_CAPACITY_MIN)
        capacity = BUFFER_CAPACITY_MIN;
    if (capacity > limit)
        capacity = limit;
    return capacity < needed ? needed : capacity;
}

/* Moves the content into a block with room for `needed` bytes. */
static int grow(struct buffer *buffer, size_t needed)
{
    size_t size = buffer_size(buffer);
    size_t capacity = next_capacity(buffer, needed);
    uint8_t *data;

    if (buffer->begin == 0) {
        data = ouro__alloc_resize(buffer->data, capacity);
        if (!data)
            return -ENOMEM;
    } else {
        data = ouro__alloc(capacity);
        if (!data)
            return -ENOMEM;
        memcpy(data, buffer_data(buffer), size);
        ouro__alloc_free(buffer->data);
    }
    buffer->data = data;
    buffer->capacity = capacity;
    buffer->begin = 0;
    buffer->end = size;
    return 0;
}

int ouro__buffer_reserve(struct buffer *buffer, size_t size, uint8_t **ret_room)
{
    size_t used = buffer_size(buffer);

    if (size > buffer->max - used)
        return -ENOBUFS;
    if (size > buffer->capacity - buffer->end || !buffer->data) {
        if (buffer->data && buffer->begin >= used && size <= buffer->capacity - used) {
            memcpy(buffer->data, buffer_data(buffer), used); /* they do not overlap */
            buffer->begin = 0;
            buffer->end = used;
        } else {
            int status = grow(buffer, used + size);

            if (status < 0)
                return status;
        }
    }
    *ret_room = buffer->data + buffer->end;
    return 0;
}

int ouro__buffer_append(struct buffer *buffer, const void *bytes, size_t size)
{
    uint8_t *room;

    if (size == 0)
        return 0;

    int status = ouro__buffer_reserve(buffer, size, &room);

    if (status < 0)
        return status;
    memcpy(room, bytes, size);
    buffer_commit(buffer, size);
    return 0;
}

bool ouro__buffer_find(const struct buffer *buffer, size_t offset, const void *pattern, size_t size,
                       size_t *ret_offset)
{
    size_t used = buffer_size(buffer);

    if (offset > used || size > used - offset)
        return false;
    if (size == 0) {
        *ret_offset = offset;
        return true;
    }

    const uint8_t *begin = buffer_data(buffer);
    const uint8_t *found = size == 1
                               ? memchr(begin + offset, *(const uint8_t *) pattern, used - offset)
                               : memmem(begin + offset, used - offset, pattern, size);

    if (!found)
        return false;
    *ret_offset = (size_t) (found - begin);
    return true;
}
