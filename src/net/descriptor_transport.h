/* What transports over a descriptor share, be it a socket or a pipe.
 *
 *     input  -> receive op -> place            small pieces: the kernel fills a lent buffer
 *     input  -> readiness  -> take             a lot at a time: straight to where it is wanted
 *     queued -> `sending`, send op -> output   while it is in flight its memory must not move
 *
 * Each direction has one operation, embedded here, so that it may outlive the call that started it.
 * A receive that is no longer wanted stays in flight: what it brings is the next one's.
 */
#ifndef OURO_NET_DESCRIPTOR_TRANSPORT_H
#define OURO_NET_DESCRIPTOR_TRANSPORT_H

#include "io/op.h"
#include "net/transport.h"

struct descriptor_transport {
    ouro_transport transport;
    int input;  /* -1: there is none, or it is closed */
    int output; /* the same one for a socket */
    struct op receive;
    struct op send;
    struct stream_buffer sending;
};

static inline struct descriptor_transport *descriptor_of(const ouro_transport *transport)
{
    return container_of(transport, struct descriptor_transport, transport);
}

/* Begins a transport in a block that is zero. */
void ouro__descriptor_transport_init(struct descriptor_transport *self, ouro_loop *loop,
                                     const struct transport_ops *ops, int input, int output);

/* These are of struct transport_ops. */
void ouro__descriptor_receive(ouro_transport *transport);
void ouro__descriptor_stop(ouro_transport *transport);
void ouro__descriptor_flush(ouro_transport *transport);
void ouro__descriptor_drop(ouro_transport *transport);
bool ouro__descriptor_is_still(const ouro_transport *transport);
void ouro__descriptor_await_writable(ouro_transport *transport);
void ouro__descriptor_forget_writable(ouro_transport *transport);

/* What a `take` has found: `result` is as read returns it. Returns what `take` is to return. */
ssize_t ouro__descriptor_taken(struct descriptor_transport *self, size_t size, ssize_t result);

/* What a `push` has come to: `result` is as write returns it. Returns what `push` is to return. An
 * error is found again by the operation that follows, but not which one: the kernel tells of a
 * reset once, and then of a broken pipe. So the first one is noted as what ended the connection,
 * until something can be sent after all. */
size_t ouro__descriptor_pushed(struct descriptor_transport *self, ssize_t result);

/* For the end of the loop: whatever was being sent is gone. */
void ouro__descriptor_forget(struct descriptor_transport *self);

#endif
