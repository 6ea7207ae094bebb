/* What a stream is inside.
 *
 *     socket -> receive op -> the reader's memory, if one waits    -> the reader
 *                         \-> `received`                          ->
 *     writer -> `queued` -> (end of the iteration) -> `sending`, send op -> socket
 *
 * Each direction has one operation, embedded here, so that it may outlive the call that started it.
 * A receive is submitted only when a reader needs bytes: a peer that sends faster than it is read
 * is slowed down by the kernel. A reader that is cancelled leaves it in flight, and what it brings
 * stays here.
 *
 * The end: `is_closing` (no more calls are taken), then the queue is sent or dropped (`is_dropped`)
 * and the receive cancelled, and when both operations have ended the descriptor is closed
 * (`is_closed`). The memory is freed when there is no reference left besides.
 */
#ifndef OURO_NET_STREAM_H
#define OURO_NET_STREAM_H

#include "io/op.h"
#include "loop/park.h"
#include "net/stream_buffer.h"
#include "ouro/stream.h"

struct client;

/* The one task that waits for bytes. */
struct read_wait {
    struct wait wait;
    ouro_stream *stream;
    uint8_t *data;  /* where the bytes go at once; NULL: to the stream's buffer */
    size_t size;    /* room at `data` */
    size_t count;   /* bytes there so far */
    bool wants_all; /* `size` bytes, not just some */
};

/* A task that waits for the queue to shrink, or for the close. */
struct stream_wait {
    struct wait wait;
    ouro_link link;
    bool is_for_close;
};

struct ouro_stream {
    ouro_loop *loop; /* NULL: it was closed before the stream was */
    uint32_t references;
    uint32_t calls; /* suspended in the stream, which must not go away under them */
    int fd;         /* -1 once closed */
    int status;     /* the error that ended the connection, or 0 */
    bool has_ended; /* the peer sends no more */
    bool is_eof_written;
    bool is_eof_sent;
    bool is_paused; /* more than `high` was queued, and not yet less than `low` again */
    bool is_closing;
    bool is_dropped;
    bool is_closed;

    /* Reading. */
    struct read_wait *reader; /* until it is woken */
    bool is_read;             /* until it has left the call */
    struct stream_buffer received;
    size_t borrowed; /* bytes at the front of it that the last read has lent out */
    size_t limit;
    struct stream_buffer retired; /* a block lent out that was too small for what came then */
    struct op receive;

    /* Writing. */
    struct op send;
    struct stream_buffer queued;
    struct stream_buffer sending;
    size_t high;
    size_t low;
    ouro_runnable flush; /* in the loop's `before_poll` while there is something to send */

    ouro_link waiters; /* struct stream_wait, first come first */
    struct loop_resource resource;
    struct client *client; /* of a server's connection: what the server knows of it; else NULL */
};

/* Makes a stream of a connected socket, with one reference, in a block of `size` bytes that begins
 * with it. Returns NULL without memory; the descriptor is the caller's then. */
ouro_stream *ouro__stream_new(ouro_loop *loop, int fd, size_t limit, size_t size);

/* Ends the connection because of an error, of which everyone is told. */
void ouro__stream_fail(ouro_stream *stream, int status);

/* Ends the connection without sending what is queued. */
void ouro__stream_drop(ouro_stream *stream);

/* Closes the descriptor if the stream is closing and nothing is left to do. The stream may be gone
 * after that. */
void ouro__stream_close_if_done(ouro_stream *stream);

/* Frees a closed stream that nobody refers to. */
void ouro__stream_free_if_unused(ouro_stream *stream);

/* Sets the detail for a call on a stream that is closing or has failed; returns the status. */
int ouro__stream_refuse(const ouro_stream *stream, const char *operation);

/* Waits for the queue to shrink or the close. Returns 0, -ECANCELED, or how the connection ended.
 */
int ouro__stream_wait(ouro_stream *stream, struct task *task, bool is_for_close);

/* Returns the current task, or NULL and why the call cannot suspend here. */
struct task *ouro__stream_task(const ouro_stream *stream, const char *operation, int *ret_status);

/* Completions of the two operations. */
void ouro__stream_received(struct op *op);
void ouro__stream_sent(struct op *op);

/* What is done at the end of an iteration in which something was written. */
void ouro__stream_flush(ouro_runnable *runnable);

/* A call is about to suspend: the stream stays, even if everybody else gives it up. */
static inline void stream_enter(ouro_stream *stream)
{
    stream->calls++;
}

/* It is back. The stream may be gone after that. */
static inline void stream_leave(ouro_stream *stream)
{
    stream->calls--;
    if (__builtin_expect(stream->references == 0, 0))
        ouro__stream_free_if_unused(stream);
}

/* Wakes the reader with a status that is not about bytes. */
static inline void stream_wake_reader(ouro_stream *stream, int status)
{
    struct read_wait *reader = stream->reader;

    if (reader == NULL)
        return;
    stream->reader = NULL;
    wait_finish(&reader->wait, status);
}

/* Bytes queued and not yet the kernel's. */
static inline size_t stream_unsent(const ouro_stream *stream)
{
    return stream_buffer_size(&stream->queued) + stream_buffer_size(&stream->sending);
}

#endif
