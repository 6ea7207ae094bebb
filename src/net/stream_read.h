/* Reading: what the calls share that read with and without a search. */
#ifndef OURO_NET_STREAM_READ_H
#define OURO_NET_STREAM_READ_H

#include "net/stream.h"

/* Why a read cannot begin: closed, failed, or another task reads. Sets the detail. */
int ouro__stream_refuse_read(const ouro_stream *stream, const char *operation);

/* Takes back what the last read has lent out. */
void ouro__stream_end_loan(ouro_stream *stream);

/* Suspends until bytes have arrived, or the stream has ended. `reader` says where they go.
 * Returns 0, also at the end; -ECANCELED; the error that ended the connection. */
int ouro__stream_wait_bytes(ouro_stream *stream, const char *operation, struct read_wait *reader);

/* Begins a read: what the last one has lent out is taken back. Returns 0 or why it cannot. */
static inline int stream_begin_read(ouro_stream *stream, const char *operation)
{
    if (__builtin_expect(stream == NULL || stream->loop == NULL || stream->is_read ||
                             stream->error != NULL || stream_is_closing(stream),
                         0))
        return ouro__stream_refuse_read(stream, operation);
    if (stream->borrowed != 0 || stream->retired.data != NULL)
        ouro__stream_end_loan(stream);
    return 0;
}

/* Suspends until more bytes are in the stream's buffer, or the stream has ended. */
static inline int stream_wait_more(ouro_stream *stream, const char *operation)
{
    struct read_wait reader = { .data = NULL };

    return ouro__stream_wait_bytes(stream, operation, &reader);
}

/* Lends out the first `size` bytes of the buffer: they are taken. */
static inline ouro_bytes stream_lend(ouro_stream *stream, size_t size)
{
    stream->borrowed = size;
    if (__builtin_expect(stream->is_source_paused, 0))
        ouro__stream_resume_source(stream);
    if (size == 0)
        return (ouro_bytes) { .data = NULL };
    return (ouro_bytes) { .data = stream->received.data + stream->received.begin, .size = size };
}

#endif
