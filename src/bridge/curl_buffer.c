/* A buffer that doubles. Whoever appends keeps it within bounds. */
#include "bridge/curl_buffer.h"

#include "ouro/alloc.h"

#include <string.h>

#define CAPACITY_AT_FIRST 4096

/* Makes room for `size` bytes at the end. */
static bool reserve(struct curl_buffer *buffer, size_t size)
{
    size_t used = curl_buffer_size(buffer);
    size_t capacity = buffer->capacity != 0 ? buffer->capacity : CAPACITY_AT_FIRST;
    uint8_t *data;

    if (buffer->capacity - buffer->end >= size)
        return true;
    if (buffer->begin > 0)
        memmove(buffer->data, buffer->data + buffer->begin, used);
    buffer->begin = 0;
    buffer->end = used;
    if (buffer->capacity - used >= size)
        return true;
    while (capacity - used < size)
        capacity *= 2;
    data = ouro_resize(buffer->data, capacity);
    if (data == NULL)
        return false;
    buffer->data = data;
    buffer->capacity = capacity;
    return true;
}

bool ouro__curl_buffer_append(struct curl_buffer *buffer, const void *data, size_t size)
{
    if (!reserve(buffer, size))
        return false;
    if (size > 0)
        memcpy(buffer->data + buffer->end, data, size);
    buffer->end += size;
    return true;
}

size_t ouro__curl_buffer_take(struct curl_buffer *buffer, void *data, size_t size)
{
    size_t count = curl_buffer_size(buffer) < size ? curl_buffer_size(buffer) : size;

    if (count > 0)
        memcpy(data, buffer->data + buffer->begin, count);
    buffer->begin += count;
    if (buffer->begin == buffer->end)
        buffer->begin = buffer->end = 0;
    return count;
}

void ouro__curl_buffer_release(struct curl_buffer *buffer)
{
    ouro_release(buffer->data);
    *buffer = (struct curl_buffer) { .data = NULL };
}
