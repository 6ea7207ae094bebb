/* What carries the bytes of a connection, from inside.
 *
 *     above:  a stream, a protocol, or TLS       struct transport_user
 *                |  write      ^  place, placed, readable, ended, paused, resumed, lost, closed
 *                v             |
 *     struct ouro_transport: the queue, its marks, and the end of the connection
 *                |             ^
 *                v  struct transport_ops
 *     below:  a socket, a pipe, memory; or TLS over another transport
 *
 * Bytes come only when they are asked for: one `receive`, one answer. What is above asks again when
 * it wants more, so that a peer that sends faster than it is read is slowed down by the kernel.
 *
 * Bytes go into `queued`, and at the end of the iteration `flush` hands all of it on as one.
 *
 * The end: `is_closing` (no more is taken), then the queue is sent, or dropped (`is_dropped`). Then
 * `lost` is told, in the next iteration, as asyncio does, whether or not the kernel has let go of
 * the operations; when it has, what is below is closed, and `closed` is told. The memory is freed
 * when there is no reference left besides.
 */
#ifndef OURO_NET_TRANSPORT_H
#define OURO_NET_TRANSPORT_H

#include "loop/loop.h"
#include "net/address.h"
#include "net/stream_buffer.h"
#include "ouro/transport.h"

#include <sys/uio.h>

struct open_wait;
struct task;

struct transport_ops {
    const char *name; /* for messages */
    bool can_write_eof;

    /* Asks for bytes. The answer comes later, never inside the call: by `transport_deliver`,
     * `transport_end_input`, `transport_become_readable`, or the end of the connection. */
    void (*receive)(ouro_transport *transport);

    /* Takes the question back; an answer may come all the same. */
    void (*stop)(ouro_transport *transport);

    /* After `readable`: takes at most `size` bytes that are there. Returns their number; 0 at the
     * end; -EAGAIN; or the error, of which nobody has been told. */
    ssize_t (*take)(ouro_transport *transport, void *data, size_t size);

    /* Begins to hand `queued` on. Called while something is in it and `unsent` is 0. */
    void (*flush)(ouro_transport *transport);

    /* Hands on at once what can be, of bytes that are not in the queue, while that is empty.
     * Returns their number, which may be 0. NULL: there is no such way. */
    size_t (*push)(ouro_transport *transport, const struct iovec *pieces, int count);

    /* Sends of a file what goes at once. Returns the number of bytes, 0 at the end of the file,
     * -EAGAIN or the error. NULL, as the next two: there is no such way. */
    ssize_t (*send_file)(ouro_transport *transport, int file, uint64_t offset, size_t size);

    /* Has `ouro__file_sending_wake` called when `send_file` may be worth another try; no longer. */
    void (*await_writable)(ouro_transport *transport);
    void (*forget_writable)(ouro_transport *transport);

    /* Tells the peer that no more will come; all has been sent. */
    void (*send_eof)(ouro_transport *transport);

    /* The transport is closing; what is queued is still to be sent. NULL: nothing is to be done. */
    void (*closing)(ouro_transport *transport);

    /* Drops what is being sent. */
    void (*drop)(ouro_transport *transport);

    /* The peer shall see that this end was no proper one. */
    void (*reset)(ouro_transport *transport);

    /* True if nothing is left to do before `lost` is told; else the transport asks again by
     * `ouro__transport_end_if_done` when there is less. NULL: there never is, beside the queue. */
    bool (*is_idle)(const ouro_transport *transport);

    /* The same before what is below may be closed: no operation is in flight. NULL: as `is_idle`.
     */
    bool (*is_still)(const ouro_transport *transport);

    /* Closes what is below. `is_loop_over`: the backend is gone, with all operations. */
    void (*finish)(ouro_transport *transport, bool is_loop_over);

    /* Frees the whole block. */
    void (*destroy)(ouro_transport *transport);

    /* Gives up a transport that was not used: frees it, and leaves the descriptor to the caller. */
    void (*discard)(ouro_transport *transport);

    /* See ouro_transport_get_extra_info. */
    const void *(*get_extra_info)(ouro_transport *transport, const char *name);
};

/* Who is above. All of these are called in dispatch or in the ready phase, and must not run code of
 * the user's in dispatch. */
struct transport_user {
    /* The connection stands, where that takes some time: `is_opening` was set until now. In the
     * ready phase. */
    void (*opened)(ouro_transport *transport);

    /* Takes bytes, which are lent for the call; NULL: they are copied to a `place`. */
    void (*deliver)(ouro_transport *transport, const uint8_t *bytes, size_t size);

    /* Asks where bytes are to go, of which `size` are at hand. Returns the place, and its room of
     * at least one byte; or NULL without memory. */
    void *(*place)(ouro_transport *transport, size_t size, size_t *ret_room);

    /* `count` bytes are there. */
    void (*placed)(ouro_transport *transport, size_t count);

    /* `take` would not find nothing: for much at a time, which is best fetched by who needs it. */
    void (*readable)(ouro_transport *transport);

    /* The peer sends no more. */
    void (*ended)(ouro_transport *transport);

    /* More than the high mark is queued; at most the low mark is again. They alternate. */
    void (*paused)(ouro_transport *transport);
    void (*resumed)(ouro_transport *transport);

    /* The connection has ended, by `status` if that is not 0. Once, in the ready phase. */
    void (*lost)(ouro_transport *transport);

    /* After that, when everything below is closed too. */
    void (*closed)(ouro_transport *transport);

    /* The loop is being closed, and the frames of all tasks are about to be freed: forget who
     * waits. */
    void (*abandon)(ouro_transport *transport);
};

struct ouro_transport {
    const struct transport_ops *ops;
    const struct transport_user *user;
    void *above;     /* the user's */
    ouro_loop *loop; /* NULL: it was closed before the transport was */
    uint32_t references;
    int status;                /* the error that ended the connection, or 0 */
    const ouro_error *error;   /* what is known of it beside that, or NULL */
    struct open_wait *opening; /* the task that has asked for the connection and waits, or NULL */
    bool is_opening;           /* the connection does not stand yet */
    bool is_wrapped;           /* another transport is above, and answers for it */
    bool is_receiving;
    bool is_bulk;   /* so much comes that it is taken from below, and not lent from there */
    bool has_ended; /* the peer sends no more */
    bool is_eof_written;
    bool is_eof_sent;
    bool is_paused; /* more than `high` was queued, and not yet at most `low` again */
    bool is_closing;
    bool is_dropped;
    bool is_cut : 1;       /* what is dropped had not all been sent */
    bool is_read_only : 1; /* there is no writing side */
    bool is_held : 1;      /* somebody may ask for names after the end */
    bool is_ending;        /* `lost` is to be told, or has been */
    bool is_lost;          /* it has been */
    bool is_closed;
    uint8_t refused_writes; /* since it is closing; not counted further than to the report */
    size_t high;
    size_t low;
    struct stream_buffer queued;
    size_t unsent;       /* bytes taken out of `queued` and not yet handed on */
    ouro_runnable flush; /* in the loop's `before_poll` while there is something to hand on */
    ouro_runnable lost;
    struct loop_resource resource;
    ouro_server *server; /* whose connection it is, or NULL */
    ouro_link link;      /* among the server's */
    struct extra_info *extra;
    struct file_sending *file; /* what sends a file, and may write alone; or NULL */
};

/* The user of a transport that has none yet, or no longer. */
extern const struct transport_user ouro__transport_nobody;

/* Begins a transport, with one reference; `flush` and the marks are set to their defaults. */
void ouro__transport_init(ouro_transport *transport, ouro_loop *loop,
                          const struct transport_ops *ops);

/* Ends the connection because of an error. */
void ouro__transport_fail(ouro_transport *transport, int status);

/* Ends the connection without sending what is queued. */
void ouro__transport_drop(ouro_transport *transport);

/* Tells of the end, if the transport is closing and nothing is left to do. */
void ouro__transport_end_if_done(ouro_transport *transport);

/* The same, and keeps the detail of the failure that has just been set. Returns `status`. */
int ouro__transport_fail_with_detail(ouro_transport *transport, int status);

/* For who is below: the connection stands. */
void ouro__transport_opened(ouro_transport *transport);

/* Waits until the connection stands. Returns 0; -ECANCELED; or how it ended instead, with the
 * detail set for `operation`. */
int ouro__transport_wait_open(struct task *task, ouro_transport *transport, const char *operation);

/* The same until `ouro__transport_wake_opening`, for a protocol that is told of the connection
 * after it stands. Comes back with one more reference to the transport, which may have ended. */
int ouro__transport_wait_made(struct task *task, ouro_transport *transport, const char *operation);
void ouro__transport_wake_opening(ouro_transport *transport, int status);

/* Sets the detail for a call on a transport that is closing or has failed; returns the status. */
int ouro__transport_refuse(const ouro_transport *transport, const char *operation);

/* Why nothing can be written; sets the detail. */
int ouro__transport_refuse_write(ouro_transport *transport, const char *operation);

/* More than the high mark is queued: hands on what can be, and tells if it is still too much. */
void ouro__transport_overfull(ouro_transport *transport);

/* The same as ouro_transport_write, for a caller with a name of its own. */
int ouro__transport_write(ouro_transport *transport, const char *operation, ouro_bytes bytes);
int ouro__transport_writelines(ouro_transport *transport, const char *operation,
                               const ouro_bytes *pieces, size_t count);
int ouro__transport_write_eof(ouro_transport *transport, const char *operation);

/* For who is below: `count` bytes of `unsent` have been handed on. */
void ouro__transport_sent(ouro_transport *transport, size_t count);

/* For who is below: answers `receive` with bytes. */
void ouro__transport_deliver(ouro_transport *transport, const uint8_t *bytes, size_t size);

/* Wakes who sends a file: something has changed. NULL is allowed. */
void ouro__file_sending_wake(struct file_sending *sending);

/* Queues bytes for who sends a file, while others are refused. Returns 0 or -ENOMEM. */
int ouro__transport_queue(ouro_transport *transport, ouro_bytes bytes);

/* Returns an address of the socket, cached; NULL where there is none. */
const struct address *ouro__transport_name(ouro_transport *transport, int fd, bool is_peer);

/* For who is below: answers `receive` with the end of the input. */
static inline void transport_end_input(ouro_transport *transport)
{
    transport->is_receiving = false;
    transport->has_ended = true;
    transport->user->ended(transport);
}

/* For who is above: asks for bytes, if that has not been done. */
static inline void transport_receive(ouro_transport *transport)
{
    if (transport->is_receiving || transport->has_ended || transport->is_closing)
        return;
    transport->is_receiving = true;
    transport->ops->receive(transport);
}

/* Bytes queued and not yet handed on. */
static inline size_t transport_queued(const ouro_transport *transport)
{
    return stream_buffer_size(&transport->queued) + transport->unsent;
}

static inline bool transport_is_writable(const ouro_transport *transport)
{
    return !transport->is_closing && !transport->is_eof_written && !transport->is_read_only &&
           transport->file == NULL;
}

/* Something was queued: has it handed on at the end of the iteration. */
static inline void transport_was_queued(ouro_transport *transport)
{
    if (transport->unsent == 0 && !link_is_queued(&transport->flush.link_))
        loop_run_before_poll(transport->loop, &transport->flush);
    if (__builtin_expect(transport_queued(transport) > transport->high, 0) && !transport->is_paused)
        ouro__transport_overfull(transport);
}

#endif
