/* Reading up to a separator, or the first of several. What has been searched is not searched again
 * when more arrives. */
#define _GNU_SOURCE 1

#include "net/stream_read.h"

#include <errno.h>
#include <string.h>

enum search_result { SEARCH_FOUND, SEARCH_ENDED, SEARCH_TOO_LONG };

/* What is searched for: any of these. */
struct separators {
    const ouro_bytes *items;
    size_t count;
    size_t longest;
};

/* A separator in the buffer. */
struct match {
    size_t begin;
    size_t end;
};

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

/* Finds the separator that ends first; of those that end together, the shortest. */
static bool find_any(const struct stream_buffer *buffer, size_t offset,
                     const struct separators *separators, struct match *ret_match)
{
    bool is_found = false;
    size_t i;

    for (i = 0; i < separators->count; i++) {
        size_t begin;
        size_t end;

        if (!find(buffer, offset, separators->items[i], &begin))
            continue;
        end = begin + separators->items[i].size;
        if (is_found &&
            (end > ret_match->end || (end == ret_match->end && begin < ret_match->begin)))
            continue;
        *ret_match = (struct match) { .begin = begin, .end = end };
        is_found = true;
    }
    return is_found;
}

/* Waits until a separator is in the buffer, and tells where; or until it is clear that none will
 * be. For SEARCH_TOO_LONG `ret_match` begins behind what is certainly in front of any separator.
 * Returns an enum search_result, or the error of a wait. */
static int search(ouro_stream *stream, const char *operation, const struct separators *separators,
                  struct match *ret_match)
{
    size_t offset = 0;

    for (;;) {
        size_t size = stream_buffer_size(&stream->received);
        int status;

        if (find_any(&stream->received, offset, separators, ret_match))
            return ret_match->begin > stream->limit ? SEARCH_TOO_LONG : SEARCH_FOUND;
        offset = size >= separators->longest ? size + 1 - separators->longest : 0;
        if (offset > stream->limit) {
            ret_match->begin = offset;
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

/* Takes down what is searched for. Returns 0, or -EINVAL. */
static int take_separators(const ouro_bytes *items, size_t count, struct separators *ret_separators)
{
    size_t i;

    if (items == NULL || count == 0)
        return ouro_error_set(-EINVAL, "readuntil", "there is no separator");
    *ret_separators = (struct separators) { .items = items, .count = count };
    for (i = 0; i < count; i++) {
        if (items[i].size == 0)
            return ouro_error_set(-EINVAL, "readuntil", "the separator is empty");
        if (items[i].size > ret_separators->longest)
            ret_separators->longest = items[i].size;
    }
    return 0;
}

int ouro_stream_readuntil_any(ouro_stream *stream, const ouro_bytes *separators, size_t count,
                              ouro_bytes *ret_bytes)
{
    struct separators wanted;
    struct match match;
    int status = take_separators(separators, count, &wanted);

    if (status == 0)
        status = stream_begin_read(stream, "readuntil");
    if (status == 0)
        status = search(stream, "readuntil", &wanted, &match);
    if (status < 0)
        return status;
    if (status == SEARCH_TOO_LONG)
        return too_long(stream, "readuntil");
    if (status == SEARCH_FOUND) {
        *ret_bytes = stream_lend(stream, match.end);
        return 0;
    }
    *ret_bytes = stream_lend(stream, stream_buffer_size(&stream->received));
    return ouro_error_set(OURO_EINCOMPLETE, "readuntil",
                          "the stream ended after %zu bytes without the separator",
                          ret_bytes->size);
}

int ouro_stream_readuntil(ouro_stream *stream, ouro_bytes separator, ouro_bytes *ret_bytes)
{
    return ouro_stream_readuntil_any(stream, &separator, 1, ret_bytes);
}

/* Drops a line that is too long: through its newline, or, if that has not come, all that has. */
static void drop_line(ouro_stream *stream, size_t place)
{
    size_t size = stream_buffer_size(&stream->received);
    const uint8_t *content = stream->received.data + stream->received.begin;
    bool is_seen = place < size && content[place] == '\n';

    stream_buffer_consume(stream->loop, &stream->received, is_seen ? place + 1 : size);
    if (stream->is_source_paused)
        ouro__stream_resume_source(stream);
}

int ouro_stream_readline(ouro_stream *stream, ouro_bytes *ret_line)
{
    static const ouro_bytes newline = { .data = (const uint8_t *) "\n", .size = 1 };
    static const struct separators newlines = { .items = &newline, .count = 1, .longest = 1 };
    int status = stream_begin_read(stream, "readline");
    struct match match;

    if (status == 0)
        status = search(stream, "readline", &newlines, &match);
    if (status < 0)
        return status;
    if (status == SEARCH_TOO_LONG) {
        drop_line(stream, match.begin);
        return too_long(stream, "readline");
    }
    if (status == SEARCH_FOUND) {
        *ret_line = stream_lend(stream, match.end);
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
