/* Bytes between libcurl and a task: appended at one end, taken from the other. */
#ifndef OURO_BRIDGE_CURL_BUFFER_H
#define OURO_BRIDGE_CURL_BUFFER_H

#include "ouro/base.h"

/* All zero is an empty one without memory. */
struct curl_buffer {
    uint8_t *data;
    size_t begin;
    size_t end;
    size_t capacity;
};

static inline size_t curl_buffer_size(const struct curl_buffer *buffer)
{
    return buffer->end - buffer->begin;
}

/* Appends a copy; returns false without memory, and nothing has changed. */
bool ouro__curl_buffer_append(struct curl_buffer *buffer, const void *data, size_t size);

/* Moves at most `size` bytes from the front to `data`; returns how many. */
size_t ouro__curl_buffer_take(struct curl_buffer *buffer, void *data, size_t size);

/* Gives the memory back and empties the buffer. */
void ouro__curl_buffer_release(struct curl_buffer *buffer);

#endif
