/* Streams: buffered connections.
 *
 *     ouro_stream *peer;
 *     OURO_TRY(ouro_open_connection(&peer, .host = "127.0.0.1", .port = 7));
 *     OURO_TRY(ouro_stream_write(peer, OURO_BYTES("hello\n")));
 *     ouro_bytes line;
 *     OURO_TRY(ouro_stream_readline(peer, &line));
 *     OURO_TRY(ouro_stream_close(peer));
 *
 * One object stands for asyncio's pair of StreamReader and StreamWriter. A write never suspends: it
 * is queued and leaves at the end of the loop's iteration; ouro_stream_drain waits while too much
 * is queued. One task may read at a time; any number may write and drain.
 *
 * A cancelled read took nothing: what arrives stays in the stream for the next read. Nothing is
 * read ahead: the kernel is asked for bytes when a task waits for them, so that a peer that sends
 * faster than it is read is slowed down. A connection on which nothing is queued holds no buffer.
 *
 * An error that ends the connection, such as a reset, is kept and returned by every call after it,
 * also by reads that could still have been served. A stream that is left open when its loop is
 * closed is closed too, and reported to the exception handler; only ouro_stream_unref and
 * ouro_stream_close are of use then.
 *
 * They are made by ouro_open_connection (ouro/connection.h) and by servers (ouro/server.h).
 *
 * Follows asyncio.StreamReader and StreamWriter.
 */
#ifndef OURO_STREAM_H
#define OURO_STREAM_H

#include "ouro/base.h"
#include "ouro/error.h"
#include "ouro/iterator.h"
#include "ouro/transport.h"

#include <sys/socket.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes that readline and readuntil look through, and the mark above which reading pauses. */
#define OURO_STREAM_LIMIT_DEFAULT ((size_t) 64 << 10)

/* Reads what is there, at least one byte and at most `size` (and INT_MAX), into `data`.
 * Returns: the number of bytes; 0 at the end of the stream, or for a size of 0; the error that
 * ended the connection, such as -ECONNRESET; OURO_EINUSE if another task reads; OURO_ECLOSED after
 * the close.
 * Suspends: until a byte is there.   Cancelled: nothing was read.
 * Follows StreamReader.read(n). */
OURO_SUSPENDS OURO_API int ouro_stream_read(ouro_stream *stream, void *data, size_t size);

/* The same without a copy: `ret_bytes` borrows the stream's buffer until the next read call. `size`
 * 0: all that is there. */
OURO_SUSPENDS OURO_API int ouro_stream_read_bytes(ouro_stream *stream, size_t size,
                                                  ouro_bytes *ret_bytes);

/* Reads to the end of the stream. `ret_bytes` borrows the stream's buffer until the next read call.
 * Not bounded by the limit, but by `maximum` bytes.
 * Returns: 0; -ENOBUFS if there is more, and nothing is taken; else as ouro_stream_read.
 * Suspends: until the end.   Cancelled: nothing was taken.
 * Follows StreamReader.read(-1). */
OURO_SUSPENDS OURO_API int ouro_stream_read_all(ouro_stream *stream, size_t maximum,
                                                ouro_bytes *ret_bytes);

/* Reads exactly `size` bytes into `data`. May exceed the limit.
 * Returns: 0; OURO_EINCOMPLETE if the stream ends first: what there was is then in `data`, and its
 * length in `*ret_partial` where that is not NULL; else as ouro_stream_read.
 * Suspends: until all is there.   Cancelled: nothing was taken, `data` is undefined.
 * Follows StreamReader.readexactly. */
OURO_SUSPENDS OURO_API int ouro_stream_readexactly(ouro_stream *stream, void *data, size_t size,
                                                   size_t *ret_partial);

/* Reads one line with its '\n'. `ret_line` borrows the stream's buffer until the next read call.
 * Returns: 1; 0 at the end of the stream, with what is left in `ret_line`; OURO_ELIMIT if the line
 * is longer than the limit: its bytes are dropped, through the newline if that was seen; else as
 * ouro_stream_read.
 * Suspends: until a newline is there.   Cancelled: nothing was taken.
 * Follows StreamReader.readline. */
OURO_SUSPENDS OURO_API int ouro_stream_readline(ouro_stream *stream, ouro_bytes *ret_line);

/* Makes an iterator over the lines, for ouro_async_for(ouro_bytes, line, ouro_stream_lines(stream),
 * &status). Items are as from ouro_stream_readline, and valid until the next one; a rest without a
 * newline is the last. The stream is borrowed, and stays open when the loop is left.
 * Follows async for line in reader. */
OURO_API ouro_async_iterator ouro_stream_lines(ouro_stream *stream);

/* Reads through the first `separator`, which is included. `ret_bytes` borrows the stream's buffer
 * until the next read call.
 * Returns: 0; OURO_EINCOMPLETE at the end of the stream, with what there was in `ret_bytes`, now
 * taken; OURO_ELIMIT if the separator is not within the limit: nothing is taken; -EINVAL for an
 * empty separator; else as ouro_stream_read.
 * Suspends: until the separator is there.   Cancelled: nothing was taken.
 * Follows StreamReader.readuntil. */
OURO_SUSPENDS OURO_API int ouro_stream_readuntil(ouro_stream *stream, ouro_bytes separator,
                                                 ouro_bytes *ret_bytes);

/* Reads through the first of several separators, whose array is only used during the call: what it
 * returns is the shortest beginning of the stream that ends with one of them. Two that end together
 * count as the shorter one, which matters for the limit.
 * Returns: as ouro_stream_readuntil; -EINVAL for none.
 * Suspends: until a separator is there.   Cancelled: nothing was taken.
 * Follows StreamReader.readuntil with a tuple. */
OURO_SUSPENDS OURO_API int ouro_stream_readuntil_any(ouro_stream *stream,
                                                     const ouro_bytes *separators, size_t count,
                                                     ouro_bytes *ret_bytes);

/* Returns true if the stream has ended and everything was read. Follows StreamReader.at_eof. */
OURO_API bool ouro_stream_at_eof(const ouro_stream *stream);

/* Queues bytes for sending; they are copied. Several writes of one iteration leave in one send.
 * Returns: 0; -EINVAL; -ENOMEM, and nothing is queued; OURO_ECLOSED after close or write_eof; the
 * error that ended the connection. Follows StreamWriter.write. */
OURO_CHECKED OURO_API int ouro_stream_write(ouro_stream *stream, ouro_bytes bytes);

/* Queues several pieces as one write.
 * Returns: as ouro_stream_write. Follows StreamWriter.writelines. */
OURO_CHECKED OURO_API int ouro_stream_writelines(ouro_stream *stream, const ouro_bytes *pieces,
                                                 size_t count);

/* Formats as printf does and queues the text. Returns: as ouro_stream_write. */
__attribute__((format(printf, 2, 3))) OURO_CHECKED OURO_API int
ouro_stream_printf(ouro_stream *stream, const char *format, ...);

/* Waits while more than the high-water mark is queued, until at most the low-water mark is.
 * Returns: 0; the error that ended the connection; -ECONNRESET if the stream was closed.
 * Suspends: only then (and once, as asyncio does, if the stream is closing).   Cancelled: what is
 * queued is sent all the same.
 * Follows StreamWriter.drain. */
OURO_SUSPENDS OURO_API int ouro_stream_drain(ouro_stream *stream);

/* Ends the writing side once what is queued is sent; the peer reads the end of the stream, and
 * reading goes on. May be called again.
 * Returns: 0; OURO_ECLOSED after the close; the error that ended the connection. Follows
 * StreamWriter.write_eof. */
OURO_CHECKED OURO_API int ouro_stream_write_eof(ouro_stream *stream);

/* Returns true if write_eof is possible: not with TLS. Follows StreamWriter.can_write_eof. */
OURO_API bool ouro_stream_can_write_eof(const ouro_stream *stream);

/* Sets the marks of drain, in bytes; 0 for `low` means a quarter of `high`. `high` 0: drain waits
 * until all is sent (over TLS: until all is encrypted and on its way). Returns: 0; -EINVAL if
 * low > high. Default 64 KiB and 16 KiB, with TLS 512 KiB and 128 KiB.
 * Follows WriteTransport.set_write_buffer_limits. */
OURO_CHECKED OURO_API int ouro_stream_set_write_buffer_limits(ouro_stream *stream, size_t high,
                                                              size_t low);

/* Returns the number of bytes queued and not yet given to the kernel.
 * Follows WriteTransport.get_write_buffer_size. */
OURO_API size_t ouro_stream_get_write_buffer_size(const ouro_stream *stream);

/* Begins to close: nothing more is read, what is queued is sent, then the connection ends. A task
 * that reads gets OURO_ECLOSED. The stream stays valid for ouro_stream_wait_closed and must be
 * released by ouro_stream_unref or ouro_stream_close. May be called again. Follows
 * StreamWriter.close. */
OURO_API void ouro_stream_close_nowait(ouro_stream *stream);

/* Closes at once; what is queued is lost, and the peer sees a reset. Follows WriteTransport.abort.
 */
OURO_API void ouro_stream_abort(ouro_stream *stream);

/* Waits until the stream is closed.
 * Returns: 0, or the error that ended the connection.
 * Suspends: until it is closed.   Cancelled: it closes all the same.
 * Follows StreamWriter.wait_closed. */
OURO_SUSPENDS OURO_API int ouro_stream_wait_closed(ouro_stream *stream);

/* Closes, waits until it is closed, and releases the stream, in every case. NULL is allowed. In the
 * handler of a server it releases nothing: the server does, when the handler returns.
 * Returns: as ouro_stream_wait_closed.
 * Suspends: while queued bytes are being sent.   Cancelled: it closes all the same, in the
 * background. */
OURO_SUSPENDS OURO_API int ouro_stream_close(ouro_stream *stream);

/* Takes one more reference. Returns `stream`. */
OURO_API ouro_stream *ouro_stream_ref(ouro_stream *stream);

/* Gives a reference back; the last one closes the stream as ouro_stream_close_nowait does, and
 * frees it when that is done. Returns NULL. NULL is allowed. */
OURO_API ouro_stream *ouro_stream_unref(ouro_stream *stream);

/* Returns true once the stream is closing. Follows StreamWriter.is_closing. */
OURO_API bool ouro_stream_is_closing(const ouro_stream *stream);

/* Returns the transport below the stream, borrowed: for its marks and its extra info. NULL for a
 * stream that is fed by hand. Follows StreamWriter.transport. */
OURO_API ouro_transport *ouro_stream_transport(const ouro_stream *stream);

/* Returns what the transport knows under a name: see ouro_transport_get_extra_info.
 * Follows StreamWriter.get_extra_info. */
OURO_API const void *ouro_stream_get_extra_info(const ouro_stream *stream, const char *name);

/* Writes the address of the peer, or the own one, into `ret_address`.
 * Returns: 0, also after the end; -ENOTCONN if this end has no address, as over a pipe;
 * OURO_ECLOSED if that was not known when the stream was closed.
 * Follows StreamWriter.get_extra_info("peername"), ("sockname"). */
OURO_CHECKED OURO_API int ouro_stream_get_peername(const ouro_stream *stream,
                                                   struct sockaddr_storage *ret_address);
OURO_CHECKED OURO_API int ouro_stream_get_sockname(const ouro_stream *stream,
                                                   struct sockaddr_storage *ret_address);

/* Returns the socket, borrowed, for socket options; -1 when closed. */
OURO_API int ouro_stream_get_fd(const ouro_stream *stream);

/* Streams that no connection feeds: for bytes that come from elsewhere, and for tests. */

/* Makes a stream for ouro_stream_feed_data; `limit` 0 stands for OURO_STREAM_LIMIT_DEFAULT. The
 * caller owns the reference. NULL: out of memory, or the loop is NULL. Follows StreamReader(). */
OURO_API ouro_stream *ouro_stream_new(ouro_loop *loop, size_t limit);

/* Appends a copy of bytes, for readers. If a transport was set, its reading pauses while more than
 * twice the limit is there.
 * Returns: 0; -ENOMEM; OURO_EINVALIDSTATE after feed_eof, or for a stream with a connection.
 * Follows StreamReader.feed_data. */
OURO_CHECKED OURO_API int ouro_stream_feed_data(ouro_stream *stream, ouro_bytes bytes);

/* No more will come. Returns: 0; OURO_EINVALIDSTATE. Follows StreamReader.feed_eof. */
OURO_API int ouro_stream_feed_eof(ouro_stream *stream);

/* Has all reads fail with an error, with its detail if that is the last failure's; the one that
 * waits too. Returns: 0; -EINVAL for no error; OURO_EINVALIDSTATE.
 * Follows StreamReader.set_exception. */
OURO_API int ouro_stream_set_exception(ouro_stream *stream, int status);

/* Returns the error that reads fail with, or 0. Follows StreamReader.exception. */
OURO_API int ouro_stream_exception(const ouro_stream *stream);

/* Has writes go to a transport, and its reading paused while too much is unread. The stream takes a
 * reference. Returns: 0; OURO_EINVALIDSTATE if it has one. Follows StreamReader.set_transport. */
OURO_CHECKED OURO_API int ouro_stream_set_transport(ouro_stream *stream, ouro_transport *transport);

/* Serves one connection, in a task of its own. */
typedef int ouro_client_connected(ouro_stream *stream, void *arg);

typedef struct ouro_stream_reader_protocol ouro_stream_reader_protocol;

/* A protocol that feeds a stream, for ouro_loop_create_connection and the like. The memory is the
 * caller's, and in use until `released` is called. */
struct ouro_stream_reader_protocol {
    ouro_protocol protocol;
    /* Set after the init, or left NULL: the connection is lost, and the handler done, if one was
     * begun; nothing of the object is used any more, and it may be freed in here. Also called where
     * the loop is closed before that. Runs in the loop's own context. */
    void (*released)(ouro_stream_reader_protocol *protocol);
    ouro_stream *stream_;
    ouro_client_connected *client_connected_;
    void *arg_;
    uint32_t users_;
};

/* Prepares it. It takes a reference to `stream`, which is one of ouro_stream_new, and gives it back
 * in connection_lost; where no connection is made, the caller gives it back. `client_connected`,
 * where not NULL, is run in a task when the connection is made; the stream stays for as long as
 * that runs, whatever becomes of the connection, and the connection is closed if it fails.
 * Follows StreamReaderProtocol(). */
OURO_API void ouro_stream_reader_protocol_init(ouro_stream_reader_protocol *protocol,
                                               ouro_stream *stream,
                                               ouro_client_connected *client_connected, void *arg);

#ifdef __cplusplus
}
#endif

#endif
