/* Reading: the receive operation, and the calls that take what there is.
 *
 * A task that reads into memory of its own gets the bytes there straight from the kernel's buffer;
 * only what is too much for it passes through the stream's. A cancel puts back what a call has
 * taken so far, so that a cancelled read took nothing.
 */
#include "net/stream_read.h"

#include <errno.h>
#include <limits.h>

/* Asks for bytes. */
static void ask(ouro_stream *stream)
{
    if (stream->is_source_paused)
        ouro__stream_resume_source(stream);
    if (!stream->is_fed)
        transport_receive(stream->transport);
}

/* Makes room for `size` bytes behind what is buffered; bytes that are lent out stay where they are.
 */
static int make_room(ouro_stream *stream, size_t size)
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
    return stream_buffer_reserve(stream->loop, received, size);
}

/* True if what comes goes to the reader's own memory at once. */
static bool is_direct(const ouro_stream *stream)
{
    return stream->reader != NULL && stream->reader->data != NULL;
}

void *ouro__stream_place(ouro_stream *stream, size_t size, size_t *ret_room)
{
    if (is_direct(stream)) {
        *ret_room = stream->reader->size - stream->reader->count;
        return stream->reader->data + stream->reader->count;
    }
    if (make_room(stream, size) < 0)
        return NULL;
    *ret_room = stream->received.capacity - stream->received.end;
    return stream->received.data + stream->received.end;
}

void ouro__stream_placed(ouro_stream *stream, size_t count)
{
    struct read_wait *reader = stream->reader;

    if (!is_direct(stream)) {
        stream->received.end += count;
        stream_wake_reader(stream, 0);
        return;
    }
    reader->count += count;
    if (reader->wants_all && reader->count < reader->size) {
        ask(stream);
        return;
    }
    reader->wait.keeps_result = true;
    stream_wake_reader(stream, 0);
}

void ouro__stream_ended(ouro_stream *stream)
{
    stream->has_ended = true;
    /* What a readexactly has got so far is its result now. */
    if (stream->reader != NULL)
        stream->reader->wait.keeps_result = stream->reader->count > 0;
    stream_wake_reader(stream, 0);
}

int ouro__stream_refuse_read(const ouro_stream *stream, const char *operation)
{
    if (stream == NULL)
        return ouro_error_set(-EINVAL, operation, "the stream is NULL");
    if (stream->loop == NULL || stream->error != NULL || stream_is_closing(stream))
        return ouro__stream_refuse(stream, operation);
    return ouro_error_set(OURO_EINUSE, operation, "another task reads from this stream already");
}

void ouro__stream_end_loan(ouro_stream *stream)
{
    stream_block_release(stream->loop, &stream->retired);
    stream_buffer_consume(stream->loop, &stream->received, stream->borrowed);
    stream->borrowed = 0;
}

/* Puts what a reader has got so far into the buffer, which was empty when that came. */
static void put_back(ouro_stream *stream, struct read_wait *reader)
{
    size_t size = reader->count;

    reader->count = 0;
    if (size == 0)
        return;
    if (make_room(stream, size) == 0)
        (void) stream_buffer_append(stream->loop, &stream->received, reader->data, size);
    else if (!stream->is_fed)
        ouro__transport_fail(stream->transport, -ENOMEM); /* they are lost, and so is that */
    else
        ouro_stream_set_exception(stream, -ENOMEM);
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
    put_back(stream, self);
    return true;
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
        if (__builtin_expect(stream->is_source_paused, 0))
            ouro__stream_resume_source(stream);
    }
    return size;
}

/* Takes what the transport has, straight to the reader. Returns as `take` of a transport does. */
static ssize_t take_to_reader(ouro_stream *stream, struct read_wait *reader)
{
    ouro_transport *transport = stream->transport;
    ssize_t count = transport->ops->take(transport, reader->data + reader->count,
                                         reader->size - reader->count);

    if (count > 0)
        reader->count += (size_t) count;
    return count;
}

/* The same for a reader that has no memory of its own, or little. */
static ssize_t take_to_buffer(ouro_stream *stream, struct read_wait *reader)
{
    struct stream_buffer *received = &stream->received;
    ouro_transport *transport = stream->transport;
    ssize_t count;

    if (make_room(stream, STREAM_BULK) < 0)
        return -ENOMEM;
    count = transport->ops->take(transport, received->data + received->end,
                                 received->capacity - received->end);
    if (count > 0)
        received->end += (size_t) count;
    if (count > 0 && reader->data != NULL)
        reader->count += take(stream, reader->data + reader->count, reader->size - reader->count);
    if (stream_buffer_size(received) == 0)
        stream_buffer_release(stream->loop, received);
    return count;
}

/* Takes what the transport has. Returns 0, also at the end; -EAGAIN; or the error that has ended
 * the connection. */
static int take_from_transport(ouro_stream *stream, struct read_wait *reader)
{
    bool is_direct = reader->data != NULL && reader->size - reader->count >= TRANSPORT_BULK_MIN;
    ssize_t count = is_direct ? take_to_reader(stream, reader) : take_to_buffer(stream, reader);

    if (count == 0) {
        stream->transport->has_ended = true;
        stream->has_ended = true;
    }
    if (count < 0 && count != -EAGAIN)
        ouro__transport_fail(stream->transport, (int) count);
    return count < 0 ? (int) count : 0;
}

/* Parks until bytes are there, the stream has ended, or the transport has something to take. */
static int park_reader(ouro_stream *stream, struct task *task, struct read_wait *reader)
{
    reader->wait =
        (struct wait) { .task = task, .cancel = cancel_read, .operation = "stream read" };
    stream->reader = reader;
    ask(stream);
    return ouro__park(&reader->wait);
}

/* True if a reader that was woken needs no more. */
static bool has_enough(const ouro_stream *stream, const struct read_wait *reader)
{
    return stream->has_ended || !reader->wants_all || reader->count == reader->size;
}

int ouro__stream_wait_bytes(ouro_stream *stream, const char *operation, struct read_wait *reader)
{
    int status = 0;
    struct task *task = ouro__stream_task(stream, operation, &status);

    if (task == NULL)
        return status;
    reader->stream = stream;
    stream->is_read = true;
    stream_enter(stream);
    do {
        status = stream->is_readable ? 0 : park_reader(stream, task, reader);
        if (status < 0 || !stream->is_readable)
            break;
        stream->is_readable = false;
        status = stream_is_closing(stream) ? OURO_ECLOSED : take_from_transport(stream, reader);
    } while (status == -EAGAIN || (status == 0 && !has_enough(stream, reader)));
    stream->is_read = false;
    /* A reader that was woken to take more, and cancelled before it ran. */
    if (status == -ECANCELED)
        put_back(stream, reader);
    /* What has come since the reader was woken. */
    if (status == 0 && reader->data != NULL && stream->received.data != NULL)
        reader->count += take(stream, reader->data + reader->count, reader->size - reader->count);
    if (status == 0 && stream_is_closing(stream) && reader->data == NULL)
        status = OURO_ECLOSED; /* since it was woken */
    if (status < 0 && status != -ECANCELED)
        status = ouro__stream_refuse(stream, operation);
    stream_leave(stream);
    return status;
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
