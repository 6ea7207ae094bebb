/* What a datagram transport is inside: a datagram socket with a protocol above it.
 *
 *     dispatch: socket ready -> `readable`, `writable` in the ready queue
 *     ready phase: `start`:    connection_made
 *                  `readable`: receive one, datagram_received or error_received
 *                  `writable`: send what is queued, resume_writing
 *                  `lost`:     connection_lost
 *
 * That is the order of asyncio's, where a reader of the loop receives one datagram in an iteration.
 * What was received with another goes on in the next iteration, without a system call.
 */
#ifndef OURO_NET_DATAGRAM_TRANSPORT_H
#define OURO_NET_DATAGRAM_TRANSPORT_H

#include "net/datagram.h"
#include "ouro/datagram_transport.h"

/* The default marks of asyncio's flow control. */
#define DATAGRAM_HIGH_MARK ((size_t) 64 << 10)
#define DATAGRAM_LOW_MARK (DATAGRAM_HIGH_MARK / 4)

struct ouro_datagram_transport {
    ouro_loop *loop;
    ouro_datagram *datagram; /* NULL once closed */
    uint32_t references;
    bool is_made;
    bool is_closing;
    bool is_ending; /* connection_lost is to be called, or has been */
    bool is_paused; /* more than `high` was queued, and not yet at most `low` again */
    ouro_datagram_protocol *protocol;
    ouro_context *context; /* of the callbacks, or NULL */
    struct wait *opening;  /* the task that waits for connection_made, or NULL */
    ouro_link queue;       /* struct queued, oldest first */
    size_t queue_size;
    size_t high;
    size_t low;
    ouro_runnable start;
    ouro_runnable readable;
    ouro_runnable writable;
    ouro_runnable lost;
    struct loop_resource resource;
    struct address own; /* names, as they were when it was opened */
    struct address peer;
    size_t capacity;
    uint8_t data[]; /* where the datagram is that the protocol is told of */
};

/* Has something run in the ready phase. */
static inline void datagram_transport_run(ouro_datagram_transport *self, ouro_runnable *runnable)
{
    if (!link_is_queued(&runnable->link_))
        loop_make_ready(self->loop, runnable);
}

/* Has connection_lost called in the next iteration. */
static inline void datagram_transport_end(ouro_datagram_transport *self)
{
    if (self->is_ending)
        return;
    self->is_ending = true;
    datagram_transport_run(self, &self->lost);
}

/* Tells the protocol of an error, of which the detail is set. */
void ouro__datagram_transport_tell_error(ouro_datagram_transport *self, int status);

/* Sends what is queued, as far as it goes, and lets the protocol go on; in its context. */
void ouro__datagram_transport_flush(ouro_datagram_transport *self);

/* Drops what is queued. */
void ouro__datagram_transport_drop(ouro_datagram_transport *self);

#endif
