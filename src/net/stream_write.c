/* Writing to a stream: all of it is the transport's affair, but for who waits.
 */
#include "net/stream.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

static ouro_transport *transport_of(const ouro_stream *stream)
{
    return stream != NULL ? stream->transport : NULL;
}

int ouro_stream_write(ouro_stream *stream, ouro_bytes bytes)
{
    return ouro__transport_write(transport_of(stream), "write", bytes);
}

int ouro_stream_writelines(ouro_stream *stream, const ouro_bytes *pieces, size_t count)
{
    return ouro__transport_writelines(transport_of(stream), "writelines", pieces, count);
}

/* Formats into the room behind what is queued. Returns the length of the text, of which what does
 * not fit is missing, or a negative number. */
static int format_into(struct stream_buffer *queued, const char *format, va_list arguments)
{
    size_t room = queued->capacity - queued->end;

    return vsnprintf(room > 0 ? (char *) queued->data + queued->end : NULL, room, format,
                     arguments);
}

/* Queues formatted text. Returns its length, -ENOMEM, or -EINVAL if it cannot be formatted. */
static int queue_text(ouro_transport *transport, const char *format, va_list arguments)
{
    struct stream_buffer *queued = &transport->queued;
    va_list again;
    int len;

    if (stream_buffer_reserve(transport->loop, queued, 1) < 0)
        return -ENOMEM;
    va_copy(again, arguments);
    len = format_into(queued, format, arguments);
    if (len >= 0 && (size_t) len >= queued->capacity - queued->end) {
        /* With its terminating zero, which is not sent. */
        if (stream_buffer_reserve(transport->loop, queued, (size_t) len + 1) < 0)
            len = -ENOMEM;
        else
            len = format_into(queued, format, again);
    } else if (len < 0) {
        len = -EINVAL;
    }
    va_end(again);
    if (len > 0)
        queued->end += (size_t) len;
    else if (stream_buffer_size(queued) == 0)
        stream_buffer_release(transport->loop, queued);
    return len;
}

int ouro_stream_printf(ouro_stream *stream, const char *format, ...)
{
    ouro_transport *transport = transport_of(stream);
    va_list arguments;
    int len;

    if (transport == NULL || !transport_is_writable(transport))
        return ouro__transport_refuse_write(transport, "printf");
    va_start(arguments, format);
    len = queue_text(transport, format, arguments);
    va_end(arguments);
    if (len > 0)
        transport_was_queued(transport);
    if (len == -ENOMEM)
        return ouro_error_set(len, "printf", "out of memory for the text to be sent");
    if (len < 0)
        return ouro_error_set(len, "printf", "the text cannot be formatted");
    return 0;
}

/* The part of drain that is not the usual case. */
__attribute__((noinline)) static int drain_slowly(ouro_stream *stream)
{
    ouro_transport *transport = stream->transport;
    int status = 0;
    struct task *task;

    if (stream->error != NULL || transport->status < 0)
        return ouro__stream_refuse(stream, "drain");
    if (stream->loop == NULL)
        return ouro_error_set(-ECONNRESET, "drain", "the loop was closed");
    task = ouro__stream_task(stream, "drain", &status);
    if (task == NULL)
        return status;
    stream_enter(stream);
    if (transport->is_closing)
        status = ouro__yield(task);
    if (status == 0 && !transport->is_lost && transport->is_paused)
        status = ouro__stream_wait(stream, task, false);
    else if (status == 0 && transport->is_lost)
        status = transport->status < 0 ? transport->status : -ECONNRESET;
    if (status < 0 && status != -ECANCELED)
        ouro_error_set(status, "drain", "the connection was lost: %s", ouro_strerror(status));
    stream_leave(stream);
    return status;
}

int ouro_stream_drain(ouro_stream *stream)
{
    ouro_transport *transport = transport_of(stream);

    if (transport == NULL)
        return ouro__transport_refuse_write(NULL, "drain");
    if (__builtin_expect(!transport->is_paused && !transport->is_closing && stream->error == NULL,
                         1))
        return 0;
    return drain_slowly(stream);
}

int ouro_stream_write_eof(ouro_stream *stream)
{
    return ouro__transport_write_eof(transport_of(stream), "write_eof");
}

bool ouro_stream_can_write_eof(const ouro_stream *stream)
{
    return ouro_transport_can_write_eof(transport_of(stream));
}

int ouro_stream_set_write_buffer_limits(ouro_stream *stream, size_t high, size_t low)
{
    return ouro_transport_set_write_buffer_limits(transport_of(stream), high, low);
}

size_t ouro_stream_get_write_buffer_size(const ouro_stream *stream)
{
    return ouro_transport_get_write_buffer_size(transport_of(stream));
}
