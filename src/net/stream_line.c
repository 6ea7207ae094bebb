/* Reading up to a separator. What has been searched is not searched again when more arrives. */
#define _GNU_SOURCE 1

#include "net/stream_read.h"

#include <errno.h>
#include <string.h>

enum search_result { SEARCH_FOUND, SEARCH_ENDED, SEARCH_TOO_LONG };

/* Finds the separator in the buffer from `offset` on. */
static bool find(const struct stream_buffer *buffer, size_t offset, ouro_bytes separator,
                 size_t *ret_place)
{
    size_t size = stream_buffer_size(buffer);
    const uint8_t *content;
    const uint8_t *found;

    if (size < offset || size - offset < separator.size)
        return false;
    content = buffer->data + buffer->begin;
    if (separator.size == 1)
        found = memchr(content + offset, *separator.data, size - offset);
    else
        found = memmem(content + offset, size - offset, separator.data, separator.size);
    if (found == NULL)
        return false;
    *ret_place = (size_t) (found - content);
    return true;
}

/* Waits until the separator is in the buffer, and tells where; or until it is clear that it will
 * not be. `ret_place`: for SEARCH_TOO_LONG what is certainly in front of any separator.
 * Returns an enum search_result, or the error of a wait. */
static int search(ouro_stream *stream, const char *operation, ouro_bytes separator,
                  size_t *ret_place)
{
    size_t offset = 0;

    for (;;) {
        size_t size = stream_buffer_size(&stream->received);
        int status;

        if (find(&stream->received, offset, separator, ret_place))
            return *ret_place > stream->limit ? SEARCH_TOO_LONG : SEARCH_FOUND;
        offset = size >= separator.size ? size + 1 - separator.size : 0;
        if (offset > stream->limit) {
            *ret_place = offset;
            return SEARCH_TOO_LONG;
        }
        if (stream->has_ended)
            return SEARCH_ENDED;
        status = stream_wait_more(stream, operation);
        if (status < 0)
            return status;
    }
}

static int too_long(const ouro_stream *stream, const char *operation)
{
    return ouro_error_set(OURO_ELIMIT, operation,
                          "the separator is not within the stream's limit of %zu bytes: pass a "
                          "larger .limit",
                          stream->limit);
}

int ouro_stream_readuntil(ouro_stream *stream, ouro_bytes separator, ouro_bytes *ret_bytes)
{
    int status = stream_begin_read(stream, "readuntil");
    size_t place = 0;

    if (status < 0)
        return status;
    if (separator.size == 0)
        return ouro_error_set(-EINVAL, "readuntil", "the separator is empty");
    status = search(stream, "readuntil", separator, &place);
    if (status < 0)
        return status;
    if (status == SEARCH_TOO_LONG)
        return too_long(stream, "readuntil");
    if (status == SEARCH_FOUND) {
        *ret_bytes = stream_lend(stream, place + separator.size);
        return 0;
    }
    *ret_bytes = stream_lend(stream, stream_buffer_size(&stream->received));
    return ouro_error_set(OURO_EINCOMPLETE, "readuntil",
                          "the stream ended after %zu bytes without the separator",
                          ret_bytes->size);
}

/* Drops a line that is too long: through its newline, or, if that has not come, all that has. */
static void drop_line(ouro_stream *stream, size_t place)
{
    size_t size = stream_buffer_size(&stream->received);
    const uint8_t *content = stream->received.data + stream->received.begin;
    bool is_seen = place < size && content[place] == '\n';

    stream_buffer_consume(stream->loop, &stream->received, is_seen ? place + 1 : size);
}

int ouro_stream_readline(ouro_stream *stream, ouro_bytes *ret_line)
{
    int status = stream_begin_read(stream, "readline");
    size_t place = 0;

    if (status < 0)
        return status;
    status = search(stream, "readline", OURO_BYTES("\n"), &place);
    if (status < 0)
        return status;
    if (status == SEARCH_TOO_LONG) {
        drop_line(stream, place);
        return too_long(stream, "readline");
    }
    if (status == SEARCH_FOUND) {
        *ret_line = stream_lend(stream, place + 1);
        return 1;
    }
    *ret_line = stream_lend(stream, stream_buffer_size(&stream->received));
    return 0;
}

static int next_line(ouro_async_iterator *iterator, void *ret_item)
{
    ouro_bytes line;
    int status = ouro_stream_readline(iterator->source, &line);

    if (status < 0)
        return status;
    if (ret_item != NULL)
        *(ouro_bytes *) ret_item = line;
    return line.size > 0 ? 1 : 0;
}

ouro_async_iterator ouro_stream_lines(ouro_stream *stream)
{
    return (ouro_async_iterator) {
        .next = next_line,
        .source = stream,
        .item_size = sizeof(ouro_bytes),
    };
}
