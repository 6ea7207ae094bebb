/* The life of a TLS transport: how it begins, what it hears from below and from above, how it ends.
 */
#include "tls/transport.h"

#include "base/alloc.h"
#include "base/log.h"
#include "base/time.h"
#include "loop/timer.h"
#include "tls/failure.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>

/* asyncio's marks for what is written over TLS. */
#define HIGH_MARK ((size_t) 512 << 10)
#define LOW_MARK (HIGH_MARK / 4)

/* Of what is below: three full records are handed to the kernel at once, and nothing more is
 * encrypted until most of them are gone. They fit into a block that the loop keeps. */
#define BELOW_HIGH_MARK ((size_t) 47 << 10)

static struct tls_transport *tls_above(const ouro_transport *below)
{
    return below->above;
}

void ouro__tls_schedule(struct tls_transport *self)
{
    if (!link_is_queued(&self->work.link_))
        loop_make_ready(self->transport.loop, &self->work);
}

/* Goes on with whatever the connection is in. */
static void advance(struct tls_transport *self)
{
    ouro_transport *transport = &self->transport;

    transport->references++; /* a callback may give it up */
    self->messages = 0;
    switch (self->phase) {
    case TLS_SHAKING:
        ouro__tls_shake(self);
        break;
    case TLS_OPEN:
        self->may_take = tls_may_take(self);
        ouro__tls_pump(self);
        self->may_take = 0;
        break;
    case TLS_ENDING:
        ouro__tls_end(self);
        break;
    default:
        break;
    }
    transport->references--;
}

static void run_work(ouro_runnable *runnable)
{
    struct tls_transport *self = container_of(runnable, struct tls_transport, work);

    advance(self);
}

/* Bytes that are not yet on their way. */
static size_t unsent(const struct tls_transport *self)
{
    return transport_queued(&self->transport) + transport_queued(self->below);
}

void ouro__tls_arm(struct tls_transport *self, int64_t delay_ns)
{
    ouro_loop *loop = self->transport.loop;

    timer_disarm(loop, &self->timer);
    self->unsent = unsent(self);
    timer_arm(loop, &self->timer, time_add(loop_now(loop), delay_ns));
}

/* The handshake or the end takes too long. An end that is still sending what was queued does not.
 */
static void run_timer(ouro_runnable *runnable)
{
    ouro_timer_entry *timer = container_of(runnable, ouro_timer_entry, runnable_);
    struct tls_transport *self = container_of(timer, struct tls_transport, timer);
    double seconds;

    if (self->phase == TLS_SHAKING) {
        seconds = (double) self->handshake_ns / 1e9;
        ouro__tls_fail_with(self, ouro_error_set(-ECONNABORTED, TLS_HANDSHAKE,
                                                 "it has taken longer than %g seconds", seconds));
        return;
    }
    if (unsent(self) < self->unsent) {
        ouro__tls_arm(self, self->shutdown_ns);
        return;
    }
    seconds = (double) self->shutdown_ns / 1e9;
    if (self->phase == TLS_ENDING)
        ouro__tls_fail_with(self, ouro_error_set(-ETIMEDOUT, "TLS",
                                                 "the peer has not ended the connection within %g "
                                                 "seconds of our end",
                                                 seconds));
    else if (self->phase == TLS_LEAVING)
        ouro__transport_drop(self->below);
}

void ouro__tls_fail_with(struct tls_transport *self, int status)
{
    ouro_transport *transport = &self->transport;

    if (self->is_server && self->phase == TLS_SHAKING && transport->loop->debug)
        ouro__log(LOG_DEBUG, "a TLS handshake has failed: %s", ouro_error_text(status));
    (void) ouro__transport_fail_with_detail(transport, status);
}

void ouro__tls_fail(struct tls_transport *self)
{
    int status = ouro__tls_describe(self);

    ERR_clear_error();
    self->is_polite = !self->is_flooded; /* OpenSSL has written an alert */
    ouro__tls_fail_with(self, status);
}

/* From below. */

/* Something has come: the handshake, in which the user's functions are called, waits for the ready
 * phase. */
static void go_on(struct tls_transport *self)
{
    if (self->phase == TLS_SHAKING)
        ouro__tls_schedule(self);
    else
        advance(self);
}

/* Keeps what is left of the bytes that were lent. */
static void keep_lent(struct tls_transport *self)
{
    int status = 0;

    if (self->lent_size > 0 && !self->transport.is_dropped)
        status = stream_buffer_append(self->transport.loop, &self->received, self->lent,
                                      self->lent_size);
    self->lent_size = 0;
    if (status < 0)
        ouro__transport_fail(&self->transport, status);
}

static void deliver(ouro_transport *below, const uint8_t *bytes, size_t size)
{
    struct tls_transport *self = tls_above(below);

    self->lent = bytes;
    self->lent_size = size;
    self->transport.is_bulk = false;
    go_on(self);
    keep_lent(self);
}

/* From TLS below, which lends nothing: it decrypts to where it is told. */
static void *place(ouro_transport *below, size_t size, size_t *ret_room)
{
    return stream_buffer_place(below->loop, &tls_above(below)->received, size, ret_room);
}

static void placed(ouro_transport *below, size_t count)
{
    struct tls_transport *self = tls_above(below);

    self->received.end += count;
    go_on(self);
}

static void readable(ouro_transport *below)
{
    struct tls_transport *self = tls_above(below);

    below->is_receiving = false;
    self->transport.is_bulk = true;
    go_on(self);
}

static void ended(ouro_transport *below)
{
    go_on(tls_above(below));
}

static void paused(ouro_transport *below)
{
    (void) below; /* the flush looks for itself */
}

static void resumed(ouro_transport *below)
{
    struct tls_transport *self = tls_above(below);
    ouro_transport *transport = &self->transport;

    if (self->phase == TLS_ENDING)
        ouro__tls_schedule(self);
    else if (transport->queued.data != NULL && !link_is_queued(&transport->flush.link_))
        loop_run_before_poll(transport->loop, &transport->flush);
    else if (transport->is_paused && transport_queued(transport) <= transport->low) {
        /* What was queued before TLS began has paused it. */
        transport->is_paused = false;
        transport->user->resumed(transport);
    }
}

static void below_lost(ouro_transport *below)
{
    (void) below; /* soon it is closed */
}

static void below_closed(ouro_transport *below)
{
    struct tls_transport *self = tls_above(below);
    ouro_transport *transport = &self->transport;
    bool is_asked_for = self->phase == TLS_LEAVING;

    below->user = &ouro__transport_nobody;
    self->phase = TLS_OVER;
    if (!is_asked_for && transport->status == 0 && below->status < 0)
        transport->status = below->status;
    if (!transport->is_dropped)
        ouro__transport_drop(transport);
    else
        ouro__transport_end_if_done(transport);
}

static void abandon(ouro_transport *below)
{
    (void) below; /* it is told itself */
}

static const struct transport_user tls_user = {
    .deliver = deliver,
    .place = place,
    .placed = placed,
    .readable = readable,
    .ended = ended,
    .paused = paused,
    .resumed = resumed,
    .lost = below_lost,
    .closed = below_closed,
    .abandon = abandon,
};

/* From above. */

static void receive(ouro_transport *transport)
{
    struct tls_transport *self = tls_of(transport);

    if (self->phase != TLS_OPEN || self->is_pumping)
        return;
    if (tls_has_input(self))
        ouro__tls_schedule(self);
    else
        transport_receive(self->below);
}

static void stop(ouro_transport *transport)
{
    (void) transport; /* what comes is dropped */
}

static void flush(ouro_transport *transport)
{
    ouro__tls_flush(tls_of(transport));
}

static void run_flush(ouro_runnable *runnable)
{
    flush(container_of(runnable, ouro_transport, flush));
}

static void closing(ouro_transport *transport)
{
    struct tls_transport *self = tls_of(transport);

    if (self->phase == TLS_SHAKING) {
        ouro__transport_drop(transport); /* nothing was said yet that could be ended */
    } else if (self->phase == TLS_OPEN) {
        self->phase = TLS_ENDING;
        ouro__tls_arm(self, self->shutdown_ns);
        ouro__tls_schedule(self);
    }
}

static void drop(ouro_transport *transport)
{
    struct tls_transport *self = tls_of(transport);

    timer_disarm(transport->loop, &self->timer);
    loop_unready(transport->loop, &self->work);
    stream_buffer_release(transport->loop, &self->received);
    transport->unsent = 0;
    if (self->phase == TLS_OVER)
        return;
    self->phase = TLS_LEAVING;
    if (self->is_polite && !transport->loop->is_closed) {
        ouro__tls_arm(self, self->shutdown_ns);
        ouro_transport_close(self->below);
    } else {
        ouro__transport_drop(self->below);
    }
}

static void reset(ouro_transport *transport)
{
    struct tls_transport *self = tls_of(transport);

    self->is_polite = false;
    if (self->phase != TLS_OVER)
        self->below->ops->reset(self->below);
}

static bool is_idle(const ouro_transport *transport)
{
    return tls_of(transport)->phase == TLS_OVER;
}

static void finish(ouro_transport *transport, bool is_loop_over)
{
    struct tls_transport *self = tls_of(transport);

    (void) is_loop_over;
    timer_disarm(transport->loop, &self->timer);
    if (self->below->user == &tls_user)
        self->below->user = &ouro__transport_nobody;
}

static void free_parts(struct tls_transport *self)
{
    SSL_free(self->ssl);
    (void) ouro_tls_context_unref(self->context);
    ouro__alloc_free(self->host);
    ouro__alloc_free(self);
}

static void destroy(ouro_transport *transport)
{
    struct tls_transport *self = tls_of(transport);
    ouro_transport *below = self->below;

    free_parts(self);
    (void) ouro_transport_unref(below);
}

static void discard(ouro_transport *transport)
{
    struct tls_transport *self = tls_of(transport);
    ouro_transport *below = self->below;

    timer_disarm(transport->loop, &self->timer);
    loop_unready(transport->loop, &self->work);
    list_remove(&transport->resource.link);
    stream_buffer_release(transport->loop, &self->received);
    free_parts(self);
    below->ops->discard(below);
}

static const struct transport_ops tls_ops = {
    .name = "tls",
    .can_write_eof = false,
    .receive = receive,
    .stop = stop,
    .take = NULL, /* it never says that it is readable */
    .flush = flush,
    .push = NULL, /* it would encrypt on the stack of a task */
    .send_eof = NULL,
    .closing = closing,
    .drop = drop,
    .reset = reset,
    .is_idle = is_idle,
    .finish = finish,
    .destroy = destroy,
    .discard = discard,
    .get_extra_info = ouro__tls_get_extra_info,
};

/* How it begins. */

/* Tells OpenSSL whom the peer has to be. Returns false without memory. */
static bool set_host(struct tls_transport *self, const char *host)
{
    unsigned char address[sizeof(struct in6_addr)];
    bool is_numeric = inet_pton(AF_INET, host, address) == 1 ||
                      inet_pton(AF_INET6, host, address) == 1;
    X509_VERIFY_PARAM *parameters = SSL_get0_param(self->ssl);

    self->host = ouro__alloc_string(host);
    if (self->host == NULL)
        return false;
    if (!is_numeric && SSL_set_tlsext_host_name(self->ssl, host) != 1)
        return false;
    if (!self->context->checks_host)
        return true;
    X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return is_numeric ? X509_VERIFY_PARAM_set1_ip_asc(parameters, host) == 1
                      : X509_VERIFY_PARAM_set1_host(parameters, host, 0) == 1;
}

/* Makes OpenSSL's part of it. Returns false without memory. */
static bool begin(struct tls_transport *self, const char *host)
{
    BIO *bio;

    self->ssl = SSL_new(self->context->native);
    bio = self->ssl != NULL ? ouro__tls_bio_new(self) : NULL;
    if (bio == NULL)
        return false;
    SSL_set_bio(self->ssl, bio, bio);
    SSL_set_app_data(self->ssl, self);
    if (self->is_server) {
        SSL_set_accept_state(self->ssl);
        return true;
    }
    SSL_set_connect_state(self->ssl);
    if (host != NULL && host[0] != '\0' && !set_host(self, host))
        return false;
    ouro__tls_resume(self->context, self->ssl, self->host);
    return true;
}

ouro_transport *ouro__tls_wrap(struct transport_wrapper *wrapper,
                               const struct wrap_request *request, ouro_transport *below,
                               ouro_bytes received)
{
    struct tls_transport *self = ouro__alloc_zero(sizeof *self);
    ouro_transport *transport;

    if (self == NULL) {
        (void) ouro_error_set(-ENOMEM, request->operation, "out of memory for TLS");
        return NULL;
    }
    transport = &self->transport;
    self->context = ouro_tls_context_ref((ouro_tls_context *) wrapper);
    self->is_server = request->is_server;
    self->handshake_ns = request->handshake_ns;
    self->shutdown_ns = request->shutdown_ns;
    self->work.run_ = run_work;
    self->timer.runnable_.run_ = run_timer;
    self->below = below;
    ERR_clear_error();
    if (!begin(self, request->host) ||
        (received.size > 0 &&
         stream_buffer_append(below->loop, &self->received, received.data, received.size) < 0)) {
        free_parts(self);
        ERR_clear_error();
        (void) ouro_error_set(-ENOMEM, request->operation, "out of memory for TLS");
        return NULL;
    }
    ouro__transport_init(transport, below->loop, &tls_ops);
    transport->flush.run_ = run_flush;
    transport->high = HIGH_MARK;
    transport->low = LOW_MARK;
    transport->is_opening = true;
    below->user = &tls_user;
    below->above = self;
    below->high = BELOW_HIGH_MARK;
    below->low = BELOW_HIGH_MARK / 4;
    ouro__tls_arm(self, self->handshake_ns);
    ouro__tls_schedule(self);
    return transport;
}
