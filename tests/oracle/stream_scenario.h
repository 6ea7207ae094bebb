/* What the scenarios of streams share; stream_scenario.py is the same for the Python half. */
#ifndef OURO_TESTS_ORACLE_STREAM_SCENARIO_H
#define OURO_TESTS_ORACLE_STREAM_SCENARIO_H

#include "scenario.h"

enum { SHOWN_MAX = 40, READ_MAX = 4096 };

static inline ouro_bytes bytes_of(const char *string)
{
    return (ouro_bytes) { .data = (const uint8_t *) string, .size = strlen(string) };
}

/* Bytes as a line of the trace shows them. */
static inline const char *quote(ouro_bytes bytes)
{
    char quoted[2 * SHOWN_MAX + 1];
    size_t len = 0;

    if (bytes.size > SHOWN_MAX) {
        return text("%zu bytes", bytes.size);
    }
    for (size_t i = 0; i < bytes.size; i++) {
        char byte = (char) bytes.data[i];

        if (byte == '\n' || byte == '\r') {
            quoted[len++] = '\\';
            byte = byte == '\n' ? 'n' : 'r';
        }
        quoted[len++] = byte;
    }
    return text("'%.*s'", (int) len, quoted);
}

/* Names an error of streams and connections. */
static inline const char *show_net(int status)
{
    switch (status) {
    case -ECONNRESET:
        return "ConnectionResetError";
    case -ECONNREFUSED:
        return "ConnectionRefusedError";
    case -EPIPE:
        return "BrokenPipeError";
    case -ENOENT:
        return "FileNotFoundError";
    case -ENOBUFS: /* get_buffer has given none */
        return "RuntimeError";
    case OURO_ELIMIT:
        return "LimitOverrunError";
    case OURO_EINCOMPLETE:
        return "IncompleteReadError";
    default:
        return show(status);
    }
}

/* Names what a read came to. */
static inline const char *show_read(int status, ouro_bytes bytes)
{
    if (status == OURO_EINCOMPLETE) {
        return text("IncompleteReadError %s", quote(bytes));
    }
    return status < 0 ? show_net(status) : quote(bytes);
}

/* One call each; they return what it came to. */

static inline const char *do_read(ouro_stream *stream, size_t size)
{
    uint8_t data[READ_MAX];
    int status = ouro_stream_read(stream, data, size);

    return show_read(status, (ouro_bytes) { data, status < 0 ? 0 : (size_t) status });
}

static inline const char *do_read_all(ouro_stream *stream)
{
    ouro_bytes bytes = { 0 };
    int status = ouro_stream_read_all(stream, SIZE_MAX, &bytes);

    return show_read(status, bytes);
}

static inline const char *do_readexactly(ouro_stream *stream, size_t size)
{
    uint8_t data[READ_MAX];
    size_t count = size;
    int status = ouro_stream_readexactly(stream, data, size, &count);

    return show_read(status, (ouro_bytes) { data, count });
}

static inline const char *do_readline(ouro_stream *stream)
{
    ouro_bytes line = { 0 };
    int status = ouro_stream_readline(stream, &line);

    return status == OURO_ELIMIT ? "ValueError" : show_read(status, line);
}

static inline const char *do_readuntil(ouro_stream *stream, const char *separator)
{
    ouro_bytes bytes = { 0 };
    int status = ouro_stream_readuntil(stream, bytes_of(separator), &bytes);

    return show_read(status, bytes);
}

static inline const char *do_readuntil_list(ouro_stream *stream, const char *const *separators,
                                            size_t count)
{
    ouro_bytes wanted[8];
    ouro_bytes bytes = { 0 };

    for (size_t i = 0; i < count; i++) {
        wanted[i] = bytes_of(separators[i]);
    }
    int status = ouro_stream_readuntil_any(stream, wanted, count, &bytes);
    return show_read(status, bytes);
}

#define do_readuntil_any(stream, ...)                                                              \
    do_readuntil_list((stream), (const char *const[]) { __VA_ARGS__ },                             \
                      COUNT(((const char *const[]) { __VA_ARGS__ })))

/* The same as tasks, which trace it. */

OURO_ASYNC(reads, (ouro_stream *, stream), (size_t, size))
{
    const char *outcome = do_read(stream, size);

    trace("read: %s", outcome);
    return 0;
}

OURO_ASYNC(reads_all, (ouro_stream *, stream))
{
    const char *outcome = do_read_all(stream);

    trace("read_all: %s", outcome);
    return 0;
}

OURO_ASYNC(reads_exactly, (ouro_stream *, stream), (size_t, size))
{
    const char *outcome = do_readexactly(stream, size);

    trace("readexactly: %s", outcome);
    return 0;
}

OURO_ASYNC(reads_line, (ouro_stream *, stream))
{
    const char *outcome = do_readline(stream);

    trace("readline: %s", outcome);
    return 0;
}

OURO_ASYNC(reads_until, (ouro_stream *, stream), (const char *, separator))
{
    const char *outcome = do_readuntil(stream, separator);

    trace("readuntil: %s", outcome);
    return 0;
}

/* A stream that is fed by hand; the limit is the default for 0. */
static inline ouro_stream *new_stream(size_t limit)
{
    return ouro_stream_new(ouro_get_running_loop(), limit);
}

static inline int feed_one(ouro_stream *stream, const char *piece)
{
    return ouro_stream_feed_data(stream, bytes_of(piece));
}

static inline void feed_list(ouro_stream *stream, const char *const *pieces, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        ouro_ignore(feed_one(stream, pieces[i]));
    }
}

#define feed(stream, ...)                                                                          \
    feed_list((stream), (const char *const[]) { __VA_ARGS__ },                                     \
              COUNT(((const char *const[]) { __VA_ARGS__ })))

#endif
