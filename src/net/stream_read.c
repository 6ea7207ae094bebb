/* Reading: the receive operation, and the calls that take what there is.
 *
 * A task that reads into memory of its own gets the bytes there straight from the kernel's buffer;
 * only what is too much for it passes through the stream's. A cancel puts back what a call has
 * taken so far, so that a cancelled read took nothing.
 */
#include "net/stream_read.h"

#include <errno.h>
#include <limits.h>

/* Asks the kernel for bytes, if that has not been done. */
static void receive_more(ouro_stream *stream)
{
    if (stream->receive.state != OP_IDLE)
        return;
    stream->receive.buffer.data = NULL;
    stream->receive.buffer.size = 0;
    stream->loop->backend->ops->submit(stream->loop->backend, &stream->receive);
}

/* Appends to the stream's buffer; bytes that are lent out stay where they are. */
static int store(ouro_stream *stream, const uint8_t *bytes, size_t size)
{
    struct stream_buffer *received = &stream->received;

    if (stream->borrowed != 0 && size > received->capacity - received->end) {
        struct stream_buffer rest = *received;

        rest.begin += stream->borrowed;
        if (ouro__stream_buffer_grow(stream->loop, &rest, size, &stream->retired) < 0)
            return -ENOMEM;
        *received = rest;
        stream->borrowed = 0;
    }
    return stream_buffer_append(stream->loop, received, bytes, size);
}

/* Hands bytes to the reader's own memory. Returns how many of them it took. */
static size_t hand_over(ouro_stream *stream, const uint8_t *bytes, size_t size)
{
    struct read_wait *reader = stream->reader;
    size_t room = reader->size - reader->count;

    if (size > room)
        size = room;
    memcpy(reader->data + reader->count, bytes, size);
    reader->count += size;
    if (reader->wants_all && reader->count < reader->size) {
        receive_more(stream);
        return size;
    }
    reader->wait.keeps_result = true;
    stream_wake_reader(stream, 0);
    return size;
}

static void arrived(ouro_stream *stream, const uint8_t *bytes, size_t size)
{
    bool is_direct = stream->reader != NULL && stream->reader->data != NULL;

    if (is_direct) {
        size_t taken = hand_over(stream, bytes, size);

        bytes += taken;
        size -= taken;
    }
    if (size > 0 && store(stream, bytes, size) < 0) {
        ouro__stream_fail(stream, -ENOMEM); /* they are lost, and so is the connection */
        return;
    }
    if (!is_direct)
        stream_wake_reader(stream, 0);
}

void ouro__stream_received(struct op *op)
{
    ouro_stream *stream = container_of(op, ouro_stream, receive);

    if (stream->is_closing) {
        ouro__stream_close_if_done(stream);
    } else if (op->result > 0) {
        arrived(stream, op->buffer.data, (size_t) op->result);
    } else if (op->result < 0) {
        ouro__stream_fail(stream, op->result);
    } else {
        stream->has_ended = true;
        /* What a readexactly has got so far is its result now. */
        if (stream->reader != NULL)
            stream->reader->wait.keeps_result = stream->reader->count > 0;
        stream_wake_reader(stream, 0);
    }
}

int ouro__stream_refuse_read(const ouro_stream *stream, const char *operation)
{
    if (stream == NULL)
        return ouro_error_set(-EINVAL, operation, "the stream is NULL");
    if (stream->is_closing)
        return ouro__stream_refuse(stream, operation);
    return ouro_error_set(OURO_EINUSE, operation, "another task reads from this stream already");
}

void ouro__stream_end_loan(ouro_stream *stream)
{
    stream_buffer_release(stream->loop, &stream->retired);
    stream_buffer_consume(stream->loop, &stream->received, stream->borrowed);
    stream->borrowed = 0;
}

/* The reader is cancelled. The receive stays in flight, for the next read; what the reader has got
 * so far goes to the front of that. */
static bool cancel_read(struct wait *wait, const char *message)
{
    struct read_wait *self = container_of(wait, struct read_wait, wait);
    ouro_stream *stream = self->stream;

    (void) message;
    if (wait->finished)
        return false;
    stream->reader = NULL;
    wait_finish(wait, -ECANCELED);
    if (self->count > 0 && store(stream, self->data, self->count) < 0)
        ouro__stream_fail(stream, -ENOMEM);
    return true;
}

int ouro__stream_wait_bytes(ouro_stream *stream, const char *operation, struct read_wait *reader)
{
    int status = 0;
    struct task *task = ouro__stream_task(stream, operation, &status);

    if (task == NULL)
        return status;
    reader->wait =
        (struct wait) { .task = task, .cancel = cancel_read, .operation = "stream read" };
    reader->stream = stream;
    stream->reader = reader;
    stream->is_read = true;
    stream_enter(stream);
    receive_more(stream);
    status = ouro__park(&reader->wait);
    stream->is_read = false;
    if (status == 0 && stream->is_closing && reader->data == NULL)
        status = OURO_ECLOSED; /* since it was woken */
    if (status < 0 && status != -ECANCELED)
        status = ouro__stream_refuse(stream, operation);
    stream_leave(stream);
    return status;
}

/* Takes bytes out of the stream's buffer. Returns how many. */
static size_t take(ouro_stream *stream, void *data, size_t size)
{
    size_t available = stream_buffer_size(&stream->received);

    if (size > available)
        size = available;
    if (size > 0) {
        memcpy(data, stream->received.data + stream->received.begin, size);
        stream_buffer_consume(stream->loop, &stream->received, size);
    }
    return size;
}

/* Kept apart, so that a read of what is there has a small frame. */
__attribute__((noinline)) static int read_directly(ouro_stream *stream, void *data, size_t size)
{
    struct read_wait reader = { .data = data, .size = size };
    int status = ouro__stream_wait_bytes(stream, "read", &reader);

    return status < 0 ? status : (int) reader.count;
}

int ouro_stream_read(ouro_stream *stream, void *data, size_t size)
{
    int status = stream_begin_read(stream, "read");

    if (status < 0)
        return status;
    if (size > INT_MAX)
        size = INT_MAX;
    if (size == 0)
        return 0;
    if (data == NULL)
        return ouro_error_set(-EINVAL, "read", "there is no place for the bytes");
    if (stream->received.data != NULL)
        return (int) take(stream, data, size);
    if (stream->has_ended)
        return 0;
    return read_directly(stream, data, size);
}

int ouro_stream_read_bytes(ouro_stream *stream, size_t size, ouro_bytes *ret_bytes)
{
    int status = stream_begin_read(stream, "read");
    size_t available;

    if (status < 0)
        return status;
    while (stream->received.data == NULL && !stream->has_ended) {
        status = stream_wait_more(stream, "read");
        if (status < 0)
            return status;
    }
    if (size == 0 || size > INT_MAX)
        size = INT_MAX;
    available = stream_buffer_size(&stream->received);
    *ret_bytes = stream_lend(stream, size < available ? size : available);
    return (int) ret_bytes->size;
}

int ouro_stream_read_all(ouro_stream *stream, size_t maximum, ouro_bytes *ret_bytes)
{
    int status = stream_begin_read(stream, "read_all");

    if (status < 0)
        return status;
    for (;;) {
        if (stream_buffer_size(&stream->received) > maximum)
            return ouro_error_set(-ENOBUFS, "read_all", "the stream has more than %zu bytes",
                                  maximum);
        if (stream->has_ended)
            break;
        status = stream_wait_more(stream, "read_all");
        if (status < 0)
            return status;
    }
    *ret_bytes = stream_lend(stream, stream_buffer_size(&stream->received));
    return 0;
}

int ouro_stream_readexactly(ouro_stream *stream, void *data, size_t size, size_t *ret_partial)
{
    struct read_wait reader = { .data = data, .size = size, .wants_all = true };
    int status = stream_begin_read(stream, "readexactly");

    if (status < 0)
        return status;
    if (data == NULL && size > 0)
        return ouro_error_set(-EINVAL, "readexactly", "there is no place for the bytes");
    reader.count = take(stream, data, size);
    if (reader.count < size && !stream->has_ended) {
        status = ouro__stream_wait_bytes(stream, "readexactly", &reader);
        if (status < 0)
            return status;
    }
    if (reader.count == size)
        return 0;
    if (ret_partial != NULL)
        *ret_partial = reader.count;
    return ouro_error_set(OURO_EINCOMPLETE, "readexactly",
                          "the stream ended after %zu of %zu bytes", reader.count, size);
}

bool ouro_stream_at_eof(const ouro_stream *stream)
{
    if (stream == NULL)
        return true;
    return stream->has_ended && stream_buffer_size(&stream->received) == stream->borrowed;
}
