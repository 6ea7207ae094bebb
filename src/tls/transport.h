/* A transport that is TLS over another one.
 *
 *     above:  a stream, a protocol
 *        queued: plain bytes         ^  place, placed: plain bytes
 *          | flush: SSL_write        |  pump: SSL_read
 *          v                         |
 *        the BIO: appends to         |  the BIO: takes `received`, then what is lent, then what the
 *        the queue below             |  socket has
 *                v                   ^  deliver, readable
 *     below:  a socket, or TLS again
 *
 * OpenSSL runs in the loop's own context only, whose stack is deep: in dispatch, at the end of the
 * iteration, and in `work`. The handshake, in which functions of the user's may be called, runs in
 * the ready phase alone.
 *
 *     TLS_SHAKING -> TLS_OPEN -> TLS_ENDING -> TLS_LEAVING -> TLS_OVER
 *                       what is queued is sent,    |              |
 *                       then the end is exchanged  |              nothing is below any more
 *                                                  what is below is being closed
 */
#ifndef OURO_TLS_TRANSPORT_H
#define OURO_TLS_TRANSPORT_H

#include "base/bounds.h"
#include "tls/context.h"

#define TLS_HANDSHAKE "TLS handshake"

enum tls_phase { TLS_SHAKING, TLS_OPEN, TLS_ENDING, TLS_LEAVING, TLS_OVER };

struct tls_transport {
    ouro_transport transport;
    ouro_transport *below;     /* a reference */
    ouro_tls_context *context; /* a reference */
    SSL *ssl;
    char *host; /* whom the client has asked for, or NULL */
    enum tls_phase phase;
    bool is_server;
    bool is_host_chosen;   /* of a server: the context is the one for the host */
    bool is_flooded;       /* the peer sends messages beyond measure, and no data */
    bool is_pumping;       /* bytes are being handed to who is above */
    bool is_farewell_sent; /* our end */
    bool is_polite;        /* a failure of which the peer is told before what is below is closed */
    bool is_out_of_memory;
    size_t may_take;   /* so many bytes from below, now; 0: what is here already has to do */
    unsigned messages; /* beside the data, in this turn */
    unsigned useless_messages; /* since data have come */
    const uint8_t *lent;       /* what is below has lent for the call, */
    size_t lent_size;
    struct stream_buffer received; /* what came earlier and was not wanted yet */
    ouro_runnable work;            /* goes on in the ready phase */
    ouro_timer_entry timer;        /* of the handshake, or of the end */
    int64_t handshake_ns;
    int64_t shutdown_ns;
    size_t unsent;    /* when the timer was armed: what is less since then is progress */
    uint8_t first[8]; /* bytes that have come, for the text of a failure */
    size_t first_count;
    char alpn[256];        /* what was agreed on, or empty */
    char explanation[512]; /* what is wrong with the peer's certificate or host, or empty */
};

static inline struct tls_transport *tls_of(const ouro_transport *transport)
{
    return container_of(transport, struct tls_transport, transport);
}

/* What a failure is one of. */
static inline const char *tls_operation(const struct tls_transport *self)
{
    return self->phase == TLS_SHAKING ? TLS_HANDSHAKE : "TLS";
}

/* See struct transport_wrapper. */
ouro_transport *ouro__tls_wrap(struct transport_wrapper *wrapper,
                               const struct wrap_request *request, ouro_transport *below,
                               ouro_bytes received);

/* Tells what is above and the peer that OpenSSL has failed. */
void ouro__tls_fail(struct tls_transport *self);

/* The same for a failure whose detail has just been set. */
void ouro__tls_fail_with(struct tls_transport *self, int status);

/* Goes on in the ready phase. */
void ouro__tls_schedule(struct tls_transport *self);

/* Arms the timer, or arms it again. */
void ouro__tls_arm(struct tls_transport *self, int64_t delay_ns);

/* Goes on with the handshake. */
void ouro__tls_shake(struct tls_transport *self);

/* Has the messages counted that the peer sends beside the data, from now on. */
void ouro__tls_watch(struct tls_transport *self);

/* Hands plain bytes to who is above, if that has asked; else asks below for more. */
void ouro__tls_pump(struct tls_transport *self);

/* Encrypts what is queued, as far as what is below takes it. */
void ouro__tls_flush(struct tls_transport *self);

/* Goes on with the end: ours, and the peer's. */
void ouro__tls_end(struct tls_transport *self);

/* Makes the BIO of a connection. Returns NULL without memory. */
BIO *ouro__tls_bio_new(struct tls_transport *self);

/* See struct transport_ops. */
const void *ouro__tls_get_extra_info(ouro_transport *transport, const char *name);

/* How many bytes may be taken from below in this turn. */
static inline size_t tls_may_take(const struct tls_transport *self)
{
    return self->transport.is_bulk && !self->below->is_receiving ? TLS_TAKE_MAX : 0;
}

/* True if others have to have their turn first. */
static inline bool tls_is_turn_over(const struct tls_transport *self)
{
    return self->messages >= TLS_MESSAGES_MAX;
}

/* True if more could be read without asking below. */
static inline bool tls_has_input(const struct tls_transport *self)
{
    return self->received.data != NULL || self->lent_size > 0 || SSL_has_pending(self->ssl) == 1;
}

#endif
