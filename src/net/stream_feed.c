/* Streams that are fed by hand: the reading side without a transport of its own. */
#include "net/stream_read.h"

#include <errno.h>

/* Bytes that nobody has read. */
static size_t unread(const ouro_stream *stream)
{
    return stream_buffer_size(&stream->received) - stream->borrowed;
}

void ouro__stream_resume_source(ouro_stream *stream)
{
    if (stream->transport == NULL || (stream->reader == NULL && unread(stream) > stream->limit))
        return;
    stream->is_source_paused = false;
    ouro_transport_resume_reading(stream->transport);
}

/* Refuses what only a stream that is fed by hand can do. */
static int check_fed(const ouro_stream *stream, const char *operation)
{
    if (stream == NULL || stream->loop == NULL)
        return ouro_error_set(-EINVAL, operation, "the stream is NULL, or its loop was closed");
    if (!stream->is_fed)
        return ouro_error_set(OURO_EINVALIDSTATE, operation,
                              "the stream is fed by its connection: make one by ouro_stream_new");
    return 0;
}

int ouro_stream_feed_data(ouro_stream *stream, ouro_bytes bytes)
{
    int status = check_fed(stream, "feed_data");

    if (status < 0)
        return status;
    if (stream->has_ended)
        return ouro_error_set(OURO_EINVALIDSTATE, "feed_data", "the stream has ended: feed_eof");
    while (bytes.size > 0) {
        size_t room = 0;
        void *place = ouro__stream_place(stream, bytes.size, &room);

        if (place == NULL)
            return ouro_error_set(-ENOMEM, "feed_data", "out of memory for the bytes");
        if (room > bytes.size)
            room = bytes.size;
        memcpy(place, bytes.data, room);
        bytes.data += room;
        bytes.size -= room;
        ouro__stream_placed(stream, room);
    }
    if (stream->transport != NULL && !stream->is_source_paused && unread(stream) > stream->limit &&
        unread(stream) - stream->limit > stream->limit) {
        stream->is_source_paused = true;
        ouro_transport_pause_reading(stream->transport);
    }
    return 0;
}

int ouro_stream_feed_eof(ouro_stream *stream)
{
    int status = check_fed(stream, "feed_eof");

    if (status == 0)
        ouro__stream_ended(stream);
    return status;
}

int ouro_stream_set_exception(ouro_stream *stream, int status)
{
    int refused = check_fed(stream, "set_exception");

    if (refused < 0)
        return refused;
    if (status >= 0)
        return ouro_error_set(-EINVAL, "set_exception", "%d is no error", status);
    (void) ouro_error_unref(stream->error);
    stream->error = ouro_error_keep(status);
    stream_wake_reader(stream, status);
    return 0;
}

int ouro_stream_exception(const ouro_stream *stream)
{
    if (stream == NULL)
        return 0;
    if (stream->error != NULL)
        return stream->error->status;
    return stream->transport != NULL ? stream->transport->status : 0;
}

int ouro_stream_set_transport(ouro_stream *stream, ouro_transport *transport)
{
    int status = check_fed(stream, "set_transport");

    if (status < 0)
        return status;
    if (transport == NULL || stream->transport != NULL)
        return ouro_error_set(OURO_EINVALIDSTATE, "set_transport",
                              "the transport is NULL, or the stream has one already");
    stream->transport = ouro_transport_ref(transport);
    return 0;
}
