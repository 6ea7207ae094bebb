/* What a stream is inside.
 *
 *     transport -> the reader's memory, if one waits   -> the reader
 *              \-> `received`                         ->
 *     writer -> the transport's queue
 *
 * A stream is what reads from a transport: it asks for bytes only when a reader needs them. A
 * reader that is cancelled leaves the question open, and what comes stays here. A stream without a
 * transport of its own is fed by hand.
 *
 * The memory is freed when the transport is closed and there is no reference left besides.
 */
#ifndef OURO_NET_STREAM_H
#define OURO_NET_STREAM_H

#include "loop/park.h"
#include "net/transport.h"
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
    ouro_transport *transport; /* NULL: it is fed by hand, and has no other side */
    ouro_loop *loop;           /* NULL: it was closed before the stream was */
    const ouro_error *error;   /* what reads end with, or NULL */
    uint32_t references;
    uint32_t calls;        /* suspended in the stream, which must not go away under them */
    bool has_ended;        /* no more bytes will come */
    bool is_fed;           /* by hand: it asks no transport for bytes */
    bool is_source_paused; /* what feeds it has been told to stop */
    bool is_closed;        /* for good: nobody will be told anything any more */
    bool is_read;          /* until the reader has left the call */
    bool is_readable;      /* the transport has much, to be taken by the reader itself */

    struct read_wait *reader; /* until it is woken */
    struct stream_buffer received;
    size_t borrowed; /* bytes at the front of it that the last read has lent out */
    size_t limit;
    struct memory_block retired; /* a block lent out that was too small for what came then */

    ouro_link waiters; /* struct stream_wait, first come first */
    struct loop_resource resource;
    struct client *client; /* of a server's connection: what the server knows of it; else NULL */
};

/* Makes a stream of a transport, whose reference it takes, in a block of `size` bytes that begins
 * with it; with one reference. Returns NULL without memory; the transport is the caller's then. */
ouro_stream *ouro__stream_new(ouro_transport *transport, size_t limit, size_t size);

/* Frees a closed stream that nobody refers to. */
void ouro__stream_free_if_unused(ouro_stream *stream);

/* Sets the detail for a call on a stream that is closing or has failed; returns the status. */
int ouro__stream_refuse(const ouro_stream *stream, const char *operation);

/* Waits for the queue to shrink or the close. Returns 0, -ECANCELED, or how the connection ended.
 */
int ouro__stream_wait(ouro_stream *stream, struct task *task, bool is_for_close);

/* Returns the current task, or NULL and why the call cannot suspend here. */
struct task *ouro__stream_task(const ouro_stream *stream, const char *operation, int *ret_status);

/* Bytes come to a stream: see struct transport_user. */
void *ouro__stream_place(ouro_stream *stream, size_t size, size_t *ret_room);
void ouro__stream_placed(ouro_stream *stream, size_t count);
void ouro__stream_ended(ouro_stream *stream);

/* Ends all waits that are not for bytes: those for the close have come to what they waited for. */
void ouro__stream_wake_waiters(ouro_stream *stream, int status);

/* Ends those that wait for the queue to shrink. */
void ouro__stream_resume_writers(ouro_stream *stream);

/* The transport is closed: nobody will be told anything any more. The stream may be gone after
 * that.
 */
void ouro__stream_closed(ouro_stream *stream, int status);

/* Lets what feeds the stream go on, if enough was read. */
void ouro__stream_resume_source(ouro_stream *stream);

/* True if the transport that brings the bytes is closing. */
static inline bool stream_is_closing(const ouro_stream *stream)
{
    return !stream->is_fed && stream->transport->is_closing;
}

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

#endif
