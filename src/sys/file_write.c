/* Writing files. Small writes are collected; a write that does not fit, or is as large as the
 * buffer, goes to the kernel. */
#include "sys/open_file.h"

#include "base/alloc.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct file_call ouro__file_write_call(const ouro_file *file, const uint8_t *data, size_t size)
{
    return (struct file_call) {
        .kind = FILE_WRITE,
        .may_signal = !file->is_seekable,
        .fd = file->fd,
        .data = (void *) (uintptr_t) data,
        .size = size < INT_MAX ? size : INT_MAX,
        .offset = file->is_seekable && !file->appends ? file->position : FILE_OWN_POSITION,
    };
}

int ouro__file_write_raw(ouro_file *file, struct task *task, const uint8_t *data, size_t size,
                         enum file_cancel cancel)
{
    const struct file_call call = ouro__file_write_call(file, data, size);
    int count;

    file->is_writing = true;
    count = file->is_stream ? ouro__file_stream_work(file, task, &call, cancel, "file write")
                            : ouro__file_work(task, &call, cancel, "file write");
    file->is_writing = false;
    if (count == 0)
        return -EIO; /* no file does that; repeating it might never end */
    /* Where the kernel has put it stands in its memory: nobody waits for that. */
    if (count > 0)
        file->position = file->appends && file->is_seekable ? lseek(file->fd, 0, SEEK_CUR)
                                                            : file->position + count;
    return count;
}

static int fail(const ouro_file *file, int status)
{
    return ouro__file_fail(status, "write", file->path);
}

/* Writes past the buffer, which is empty. A cancel stops the first write or none, but for streams:
 * then the count is less. */
static int write_past_buffer(ouro_file *file, struct task *task, ouro_bytes bytes)
{
    size_t written = 0;
    enum file_cancel cancel = FILE_CANCEL_STOPS;

    while (written < bytes.size) {
        int count = ouro__file_write_raw(file, task, bytes.data + written, bytes.size - written,
                                         cancel);

        if (count == -EINTR && file->is_stream && written > 0)
            break; /* the cancel is pending still */
        if (count < 0 && written == 0)
            return fail(file, count);
        if (count < 0)
            return ouro_error_set(count, "write", "\"%s\": %s, after %zu of %zu bytes", file->path,
                                  ouro_strerror(count), written, bytes.size);
        written += (size_t) count;
        cancel = FILE_CANCEL_WAITS;
    }
    return (int) written;
}

/* Returns the count, or an error with its detail. */
static int write_bytes(ouro_file *file, struct task *task, ouro_bytes bytes)
{
    int status;

    if (bytes.size > INT_MAX)
        return fail(file, -EINVAL);
    if ((int64_t) bytes.size > INT64_MAX - file_position(file))
        return fail(file, -EFBIG);
    if (bytes.size >= file->buffer_size || file->dirty + bytes.size > file->buffer_size) {
        status = ouro__file_write_out(file, task, FILE_CANCEL_STOPS);
        if (status < 0)
            return fail(file, status);
    }
    if (bytes.size >= file->buffer_size)
        return write_past_buffer(file, task, bytes);
    if (file->capacity < file->buffer_size && ouro__file_make_room(file, file->buffer_size) < 0)
        return fail(file, -ENOMEM);
    if (bytes.size > 0)
        memcpy(file->buffer + file->dirty, bytes.data, bytes.size);
    file->dirty += bytes.size;
    return (int) bytes.size;
}

int ouro_file_write(ouro_file *file, ouro_bytes bytes)
{
    struct task *task;
    int status = ouro__file_enter_writing(file, "write", &task);

    if (status < 0)
        return status;
    status = write_bytes(file, task, bytes);
    ouro__file_leave(file);
    return status;
}

/* The same for one of several pieces: what comes after it must not take its place. */
static int write_whole(ouro_file *file, struct task *task, ouro_bytes bytes)
{
    int status = write_bytes(file, task, bytes);

    return status >= 0 && (size_t) status < bytes.size ? fail(file, -EINTR) : status;
}

int ouro_file_writelines(ouro_file *file, const ouro_bytes *pieces, size_t count)
{
    struct task *task;
    int status;
    size_t i;

    if (pieces == NULL && count > 0)
        return ouro_error_set(-EINVAL, "writelines", "the pieces are NULL");
    status = ouro__file_enter_writing(file, "writelines", &task);
    if (status < 0)
        return status;
    for (i = 0; i < count && status >= 0; i++)
        status = write_whole(file, task, pieces[i]);
    ouro__file_leave(file);
    return status < 0 ? status : 0;
}

/* Formats a text that is too long for a small place. */
static int write_long(ouro_file *file, size_t len, const char *format, va_list args)
{
    char *text = ouro__alloc(len + 1);
    int status;

    if (text == NULL)
        return ouro_error_set(-ENOMEM, "printf", "out of memory for %zu bytes", len);
    (void) vsnprintf(text, len + 1, format, args);
    status = ouro_file_write(file, (ouro_bytes) { .data = (uint8_t *) text, .size = len });
    ouro__alloc_free(text);
    return status;
}

int ouro_file_printf(ouro_file *file, const char *format, ...)
{
    char text[256];
    va_list args;
    int status;
    int len;

    va_start(args, format);
    len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (len < 0)
        return ouro_error_set(-EINVAL, "printf", "the format is wrong");
    if ((size_t) len < sizeof text)
        return ouro_file_write(file,
                               (ouro_bytes) { .data = (uint8_t *) text, .size = (size_t) len });
    va_start(args, format);
    status = write_long(file, (size_t) len, format, args);
    va_end(args);
    return status;
}

int ouro_file_pwrite(ouro_file *file, ouro_bytes bytes, int64_t offset)
{
    struct task *task;
    enum file_cancel cancel = FILE_CANCEL_STOPS;
    size_t written = 0;
    int status;

    if (offset < 0 || bytes.size > INT_MAX)
        return ouro_error_set(-EINVAL, "pwrite",
                              "the offset is negative, or there are more than %d bytes", INT_MAX);
    status = ouro__file_enter_positional(file, "pwrite", true, &task);
    if (status < 0)
        return status;
    while (status >= 0 && written < bytes.size) {
        struct file_call call = ouro__file_write_call(file, bytes.data + written,
                                                      bytes.size - written);

        call.offset = offset + (int64_t) written;
        status = ouro__file_work(task, &call, cancel, "file write");
        if (status == 0)
            status = -EIO;
        if (status > 0)
            written += (size_t) status;
        cancel = FILE_CANCEL_WAITS;
    }
    return ouro__file_leave_positional(file, "pwrite", status < 0 ? status : (int) written);
}
