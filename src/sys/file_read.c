/* Reading files: into the caller's memory, and up to a byte or the end. A read that is cancelled or
 * fails leaves what it has got so far in the buffer, read ahead, so that the position has not
 * moved.
 */
#include "sys/open_file.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

/* Reads once at a place. Returns a count, 0 at the end, or an error. */
static int read_raw(ouro_file *file, struct task *task, void *data, size_t size, int64_t offset)
{
    const struct file_call call = {
        .kind = FILE_READ,
        .fd = file->fd,
        .data = data,
        .size = size < INT_MAX ? size : INT_MAX,
        .offset = file->is_seekable ? offset : FILE_OWN_POSITION,
    };

    if (file->is_stream)
        return ouro__file_stream_work(file, task, &call, FILE_CANCEL_STOPS, "file read");
    /* Bytes of a device may be there only once. */
    return ouro__file_work(task, &call, file->is_seekable ? FILE_CANCEL_UNDOES : FILE_CANCEL_STOPS,
                           "file read");
}

/* Reads into the buffer once. Returns a count, 0 at the end, or an error. */
static int read_ahead(ouro_file *file, struct task *task, size_t wanted)
{
    int count;

    if (file->end == file->capacity && ouro__file_make_room(file, wanted) < 0)
        return -ENOMEM;
    count = read_raw(file, task, file->buffer + file->end, file->capacity - file->end,
                     file->position);
    if (count > 0) {
        file->end += (size_t) count;
        file->position += count;
    }
    return count;
}

/* Reads until `wanted` bytes are ahead, or the end is reached. Returns 0 or an error. */
static int fill(ouro_file *file, struct task *task, size_t wanted)
{
    int count = 1;

    while (count > 0 && file_ahead(file) < wanted)
        count = read_ahead(file, task, wanted);
    return count < 0 ? count : 0;
}

/* Takes bytes that are ahead, up to `size`. */
static ouro_bytes take(ouro_file *file, size_t size)
{
    ouro_bytes bytes = { .data = file->buffer + file->begin, .size = file_ahead(file) };

    if (bytes.size > size)
        bytes.size = size;
    file->begin += bytes.size;
    return bytes;
}

/* Reads past the buffer, behind the `count` bytes that come from there. Returns the count of all or
 * an error, and then nothing was taken. */
static int read_past_buffer(ouro_file *file, struct task *task, uint8_t *data, size_t size)
{
    size_t count = file_ahead(file);
    int64_t position = file->position;
    int result = 1;

    if (count > 0)
        memcpy(data, file->buffer + file->begin, count);
    while (result > 0 && count < size) {
        result = read_raw(file, task, data + count, size - count, position);
        if (result < 0)
            return result;
        count += (size_t) result;
        position += result;
    }
    file->begin = 0;
    file->end = 0;
    file->position = position;
    return (int) count;
}

static int read_into(ouro_file *file, struct task *task, void *data, size_t size)
{
    ouro_bytes bytes;
    int status;

    if (file->is_seekable && size > file_ahead(file) && size >= file->buffer_size)
        return read_past_buffer(file, task, data, size);
    status = fill(file, task, size);
    if (status < 0)
        return status;
    bytes = take(file, size);
    if (bytes.size > 0)
        memcpy(data, bytes.data, bytes.size);
    return (int) bytes.size;
}

int ouro_file_read(ouro_file *file, void *data, size_t size)
{
    struct task *task;
    int status;

    if (data == NULL && size > 0)
        return ouro_error_set(-EINVAL, "read", "there is no place for the bytes");
    status = ouro__file_enter_reading(file, "read", &task);
    if (status < 0)
        return status;
    status = read_into(file, task, data, size < INT_MAX ? size : INT_MAX);
    return ouro__file_leave_with(file, "read", status);
}

int ouro_file_read_bytes(ouro_file *file, size_t size, ouro_bytes *ret_bytes)
{
    struct task *task;
    int status;

    if (ret_bytes == NULL)
        return ouro_error_set(-EINVAL, "read", "there is no place for the bytes");
    status = ouro__file_enter_reading(file, "read", &task);
    if (status < 0)
        return status;
    if (size > INT_MAX)
        size = INT_MAX;
    status = fill(file, task, size);
    if (status == 0) {
        *ret_bytes = take(file, size);
        status = (int) ret_bytes->size;
    }
    return ouro__file_leave_with(file, "read", status);
}

int ouro_file_read_all(ouro_file *file, size_t maximum, ouro_bytes *ret_bytes)
{
    struct task *task;
    int status;

    if (ret_bytes == NULL)
        return ouro_error_set(-EINVAL, "read_all", "there is no place for the bytes");
    status = ouro__file_enter_reading(file, "read_all", &task);
    if (status < 0)
        return status;
    status = fill(file, task, maximum < SIZE_MAX ? maximum + 1 : maximum);
    if (status == 0 && file_ahead(file) > maximum) {
        status = ouro_error_set(-ENOBUFS, "read_all", "\"%s\" has more than %zu bytes", file->path,
                                maximum);
        ouro__file_leave(file);
        return status;
    }
    if (status == 0)
        *ret_bytes = take(file, maximum);
    return ouro__file_leave_with(file, "read_all", status);
}

/* Looks for the end of a line, and reads on until it is there. Returns 1 and the length with the
 * newline; 0 at the end of the file, and the length of what is left; or an error. */
static int find_line(ouro_file *file, struct task *task, size_t *ret_len)
{
    size_t seen = 0;

    for (;;) {
        size_t ahead = file_ahead(file);
        const uint8_t *start = file->buffer + file->begin;
        const uint8_t *found = ahead > seen ? memchr(start + seen, '\n', ahead - seen) : NULL;
        int count;

        *ret_len = found != NULL ? (size_t) (found - start) + 1 : ahead;
        if (*ret_len > file->line_limit)
            return OURO_ELIMIT;
        if (found != NULL)
            return 1;
        seen = ahead;
        count = read_ahead(file, task, SIZE_MAX);
        if (count <= 0)
            return count;
    }
}

int ouro_file_readline(ouro_file *file, ouro_bytes *ret_line)
{
    struct task *task;
    size_t len;
    int status;

    if (ret_line == NULL)
        return ouro_error_set(-EINVAL, "readline", "there is no place for the line");
    status = ouro__file_enter_reading(file, "readline", &task);
    if (status < 0)
        return status;
    status = find_line(file, task, &len);
    if (status == OURO_ELIMIT) {
        ouro__file_leave(file);
        return ouro_error_set(status, "readline",
                              "it is longer than %zu bytes: pass a larger "
                              ".line_limit",
                              file->line_limit);
    }
    if (status >= 0) {
        *ret_line = take(file, len);
        status = len > 0;
    }
    return ouro__file_leave_with(file, "readline", status);
}

static int next_line(ouro_async_iterator *iterator, void *ret_item)
{
    ouro_bytes line;
    int status = ouro_file_readline(iterator->source, &line);

    if (status > 0 && ret_item != NULL)
        *(ouro_bytes *) ret_item = line;
    return status;
}

ouro_async_iterator ouro_file_lines(ouro_file *file)
{
    return (ouro_async_iterator) {
        .next = next_line,
        .source = file,
        .item_size = sizeof(ouro_bytes),
    };
}

int ouro_file_pread(ouro_file *file, void *data, size_t size, int64_t offset)
{
    struct task *task;
    size_t count = 0;
    int status;

    if ((data == NULL && size > 0) || offset < 0)
        return ouro_error_set(-EINVAL, "pread", "there is no place for the bytes, or in the file");
    status = ouro__file_enter_positional(file, "pread", false, &task);
    if (status < 0)
        return status;
    if (size > INT_MAX)
        size = INT_MAX;
    status = 1;
    while (status > 0 && count < size) {
        status = read_raw(file, task, (uint8_t *) data + count, size - count,
                          offset + (int64_t) count);
        if (status > 0)
            count += (size_t) status;
    }
    return ouro__file_leave_positional(file, "pread", status < 0 ? status : (int) count);
}
