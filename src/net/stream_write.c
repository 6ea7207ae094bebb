/* Writing: bytes are queued, and leave in one send at the end of the iteration.
 *
 * While a send is in flight its memory must not move, so that what is written meanwhile is queued
 * in a buffer of its own, and goes next.
 */
#include "net/stream.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>

/* Sends what is left of `sending`. */
static void send_rest(ouro_stream *stream)
{
    size_t size = stream_buffer_size(&stream->sending);

    stream->send.buffer.data = stream->sending.data + stream->sending.begin;
    stream->send.buffer.size = size < STREAM_SEND_MAX ? size : STREAM_SEND_MAX;
    stream->loop->backend->ops->submit(stream->loop->backend, &stream->send);
}

void ouro__stream_flush(ouro_runnable *runnable)
{
    ouro_stream *stream = container_of(runnable, ouro_stream, flush);

    ouro_check(stream->send.state == OP_IDLE && stream->sending.data == NULL);
    stream->sending = stream->queued;
    stream->queued = (struct stream_buffer) { 0 };
    send_rest(stream);
}

/* Tells the writers that wait, once the queue is short enough. */
static void resume_writers(ouro_stream *stream)
{
    ouro_link *link;
    ouro_link *next;

    if (stream_unsent(stream) > stream->low)
        return;
    stream->is_paused = false;
    for (link = stream->waiters.next_; link != &stream->waiters; link = next) {
        struct stream_wait *self = container_of(link, struct stream_wait, link);

        next = link->next_;
        if (self->is_for_close)
            continue;
        list_remove(link);
        wait_finish(&self->wait, 0);
    }
}

/* Tells the peer that no more will come. */
static void send_eof(ouro_stream *stream)
{
    stream->is_eof_sent = true;
    (void) shutdown(stream->fd,
                    SHUT_WR); /* fails only if the connection is lost, as the read says */
}

void ouro__stream_sent(struct op *op)
{
    ouro_stream *stream = container_of(op, ouro_stream, send);

    if (stream->is_dropped) {
        stream_buffer_release(stream->loop, &stream->sending);
        ouro__stream_close_if_done(stream);
        return;
    }
    if (op->result < 0) {
        ouro__stream_fail(stream, op->result);
        return;
    }
    stream_buffer_consume(stream->loop, &stream->sending, (size_t) op->result);
    if (stream->is_paused)
        resume_writers(stream);
    if (stream->sending.data != NULL) {
        send_rest(stream);
        return;
    }
    if (stream->queued.data != NULL) {
        loop_run_before_poll(stream->loop, &stream->flush);
        return;
    }
    if (stream->is_eof_written && !stream->is_eof_sent)
        send_eof(stream);
    ouro__stream_close_if_done(stream);
}

/* Returns 0 if more may be queued, else why not. */
static int check_writable(const ouro_stream *stream, const char *operation)
{
    if (__builtin_expect(stream != NULL && !stream->is_closing && !stream->is_eof_written, 1))
        return 0;
    if (stream == NULL)
        return ouro_error_set(-EINVAL, operation, "the stream is NULL");
    if (!stream->is_closing)
        return ouro_error_set(OURO_ECLOSED, operation, "write_eof has ended the writing");
    return ouro__stream_refuse(stream, operation);
}

/* Has what was queued sent at the end of the iteration. */
static void was_queued(ouro_stream *stream)
{
    if (stream->send.state == OP_IDLE && !link_is_queued(&stream->flush.link_))
        loop_run_before_poll(stream->loop, &stream->flush);
    if (stream_unsent(stream) > stream->high)
        stream->is_paused = true;
}

__attribute__((cold)) static int no_memory(const char *operation)
{
    return ouro_error_set(-ENOMEM, operation, "out of memory for the bytes to be sent");
}

int ouro_stream_write(ouro_stream *stream, ouro_bytes bytes)
{
    int status = check_writable(stream, "write");

    if (status < 0)
        return status;
    if (bytes.size == 0)
        return 0;
    if (stream_buffer_append(stream->loop, &stream->queued, bytes.data, bytes.size) < 0)
        return no_memory("write");
    was_queued(stream);
    return 0;
}

int ouro_stream_writelines(ouro_stream *stream, const ouro_bytes *pieces, size_t count)
{
    int status = check_writable(stream, "writelines");
    size_t total = 0;
    size_t i;

    if (status < 0)
        return status;
    for (i = 0; i < count; i++)
        if (__builtin_add_overflow(total, pieces[i].size, &total))
            return no_memory("writelines");
    if (total == 0)
        return 0;
    if (stream_buffer_reserve(stream->loop, &stream->queued, total) < 0)
        return no_memory("writelines");
    for (i = 0; i < count; i++)
        if (pieces[i].size > 0)
            (void) stream_buffer_append(stream->loop, &stream->queued, pieces[i].data,
                                        pieces[i].size);
    was_queued(stream);
    return 0;
}

/* Formats into the room behind what is queued. Returns the length of the text, of which what does
 * not fit is missing, or a negative number. */
static int format_into(struct stream_buffer *queued, const char *format, va_list arguments)
{
    size_t room = queued->capacity - queued->end;

    return vsnprintf(room > 0 ? (char *) queued->data + queued->end : NULL, room, format,
                     arguments);
}

/* Gives a block back in which nothing has been put. */
static void release_empty(ouro_stream *stream)
{
    if (stream_buffer_size(&stream->queued) == 0)
        stream_buffer_release(stream->loop, &stream->queued);
}

int ouro_stream_printf(ouro_stream *stream, const char *format, ...)
{
    int status = check_writable(stream, "printf");
    va_list arguments;
    int len;

    if (status < 0)
        return status;
    if (stream_buffer_reserve(stream->loop, &stream->queued, 1) < 0)
        return no_memory("printf");
    va_start(arguments, format);
    len = format_into(&stream->queued, format, arguments);
    va_end(arguments);
    if (len >= 0 && (size_t) len >= stream->queued.capacity - stream->queued.end) {
        /* With its terminating zero, which is not sent. */
        status = stream_buffer_reserve(stream->loop, &stream->queued, (size_t) len + 1);
        if (status == 0) {
            va_start(arguments, format);
            len = format_into(&stream->queued, format, arguments);
            va_end(arguments);
        }
    }
    if (status < 0 || len <= 0) {
        release_empty(stream);
        if (status < 0)
            return no_memory("printf");
        return len < 0 ? ouro_error_set(-EINVAL, "printf", "the text cannot be formatted") : 0;
    }
    stream->queued.end += (size_t) len;
    was_queued(stream);
    return 0;
}

/* The part of drain that is not the usual case. */
__attribute__((noinline)) static int drain_slowly(ouro_stream *stream)
{
    int status = 0;
    struct task *task;

    if (stream->status < 0)
        return ouro__stream_refuse(stream, "drain");
    if (stream->loop == NULL)
        return ouro_error_set(-ECONNRESET, "drain", "the loop was closed");
    task = ouro__stream_task(stream, "drain", &status);
    if (task == NULL)
        return status;
    stream_enter(stream);
    if (stream->is_closing)
        status = ouro__yield(task);
    if (status == 0 && !stream->is_closed && stream->is_paused)
        status = ouro__stream_wait(stream, task, false);
    else if (status == 0 && stream->is_closed)
        status = stream->status < 0 ? stream->status : -ECONNRESET;
    if (status < 0 && status != -ECANCELED)
        ouro_error_set(status, "drain", "the connection was lost: %s", ouro_strerror(status));
    stream_leave(stream);
    return status;
}

int ouro_stream_drain(ouro_stream *stream)
{
    if (stream == NULL)
        return ouro_error_set(-EINVAL, "drain", "the stream is NULL");
    if (__builtin_expect(!stream->is_paused && !stream->is_closing, 1))
        return 0;
    return drain_slowly(stream);
}

int ouro_stream_write_eof(ouro_stream *stream)
{
    int status;

    if (stream != NULL && stream->is_eof_written && !stream->is_closing)
        return 0;
    status = check_writable(stream, "write_eof");
    if (status < 0)
        return status;
    stream->is_eof_written = true;
    if (stream_unsent(stream) == 0 && stream->send.state == OP_IDLE)
        send_eof(stream);
    return 0;
}

int ouro_stream_set_write_buffer_limits(ouro_stream *stream, size_t high, size_t low)
{
    if (stream == NULL)
        return ouro_error_set(-EINVAL, "set_write_buffer_limits", "the stream is NULL");
    if (low > high)
        return ouro_error_set(-EINVAL, "set_write_buffer_limits",
                              "the low mark, %zu, is above the high one, %zu", low, high);
    stream->high = high;
    stream->low = low != 0 ? low : high / 4;
    if (stream_unsent(stream) > high)
        stream->is_paused = true;
    return 0;
}

size_t ouro_stream_get_write_buffer_size(const ouro_stream *stream)
{
    return stream != NULL ? stream_unsent(stream) : 0;
}
