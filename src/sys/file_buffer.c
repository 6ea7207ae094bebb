/* What a file buffers: room for it, reading ahead, and writing out. */
#include "sys/open_file.h"

#include "base/alloc.h"
#include "base/bounds.h"

#include <errno.h>
#include <string.h>

int ouro__file_make_room(ouro_file *file, size_t wanted)
{
    size_t least = file->buffer_size > 0 ? file->buffer_size : FILE_BUFFER_DEFAULT;
    size_t capacity = file->capacity > 0 ? file->capacity * 2 : least;
    uint8_t *buffer;

    if (file->begin > 0) {
        memmove(file->buffer, file->buffer + file->begin, file_ahead(file));
        file->end -= file->begin;
        file->begin = 0;
    }
    if (file->end < file->capacity)
        return 0;
    if (capacity > wanted && wanted > file->buffer_size)
        capacity = wanted;
    buffer = ouro__alloc_resize(file->buffer, capacity);
    if (buffer == NULL)
        return -ENOMEM;
    file->buffer = buffer;
    file->capacity = capacity;
    return 0;
}

void ouro__file_drop_ahead(ouro_file *file)
{
    file->position -= (int64_t) file_ahead(file);
    file->begin = 0;
    file->end = 0;
}

/* Notes that bytes at the front of the buffer have been written. */
static void written(ouro_file *file, size_t size)
{
    file->dirty -= size;
    memmove(file->buffer, file->buffer + size, file->dirty);
}

int ouro__file_write_out(ouro_file *file, struct task *task, enum file_cancel cancel)
{
    while (file->dirty > 0) {
        int count = ouro__file_write_raw(file, task, file->buffer, file->dirty, cancel);

        if (count < 0)
            return count;
        written(file, (size_t) count);
        if (!file->is_stream)
            cancel = FILE_CANCEL_WAITS; /* a short write is rare, and the rest soon written */
    }
    return 0;
}

int ouro__file_write_out_blocking(ouro_file *file, bool is_patient)
{
    while (file->dirty > 0) {
        struct file_call call = ouro__file_write_call(file, file->buffer, file->dirty);
        int count = file->is_stream && !is_patient ? ouro__file_stream_attempt(file, &call)
                                                   : ouro__file_call_make(&call);

        if (count <= 0)
            return count < 0 ? count : -EIO;
        file->position += count;
        written(file, (size_t) count);
    }
    return 0;
}
