/* The handshake: it begins with the transport and ends by telling who is above that the connection
 * stands, or why it does not. */
#include "tls/transport.h"

#include "loop/timer.h"

#include <errno.h>
#include <openssl/err.h>
#include <string.h>

static void keep_alpn(struct tls_transport *self)
{
    const unsigned char *name;
    unsigned len;

    SSL_get0_alpn_selected(self->ssl, &name, &len);
    if (len > 0 && len < sizeof self->alpn)
        memcpy(self->alpn, name, len);
}

static void open_transport(struct tls_transport *self)
{
    timer_disarm(self->transport.loop, &self->timer);
    self->phase = TLS_OPEN;
    keep_alpn(self);
    ouro__tls_watch(self);
    ouro__transport_opened(&self->transport);
}

void ouro__tls_shake(struct tls_transport *self)
{
    int result;

    ERR_clear_error();
    self->may_take = tls_may_take(self);
    result = SSL_do_handshake(self->ssl);
    self->may_take = 0;
    if (result == 1) {
        open_transport(self);
        return;
    }
    if (SSL_get_error(self->ssl, result) != SSL_ERROR_WANT_READ) {
        ouro__tls_fail(self);
    } else if (self->below->has_ended) {
        ouro__tls_fail_with(self,
                            ouro_error_set(-ECONNRESET, TLS_HANDSHAKE,
                                           "the peer has ended the connection in the handshake"));
    } else {
        transport_receive(self->below);
    }
}
