/* The end: what is queued is sent, then each side tells the other that no more will come. */
#include "tls/transport.h"

#include <openssl/err.h>

/* Drops what the peer sends before its end. Returns true if nothing more will come. */
static bool is_ended_by_peer(struct tls_transport *self)
{
    char dropped[4096];
    int result;

    do {
        result = SSL_read(self->ssl, dropped, sizeof dropped);
        if (result > 0)
            self->useless_messages = 0;
    } while (result > 0 && !tls_is_turn_over(self));
    if (result > 0)
        return false;
    if (self->is_flooded) {
        ouro__tls_fail(self);
        return false;
    }
    switch (SSL_get_error(self->ssl, result)) {
    case SSL_ERROR_WANT_READ:
        if (!self->below->has_ended)
            return false;
        if (!self->context->requires_end)
            return true; /* many do not say it */
        ouro__tls_fail_with(self, ouro_error_set(OURO_ETLSCUT, "TLS",
                                                 "the peer has closed the connection without "
                                                 "answering our end"));
        return false;
    case SSL_ERROR_ZERO_RETURN:
        return true;
    default:
        ouro__tls_fail(self);
        return false;
    }
}

void ouro__tls_end(struct tls_transport *self)
{
    ouro__tls_flush(self);
    if (self->phase != TLS_ENDING || stream_buffer_size(&self->transport.queued) > 0)
        return; /* it has failed, or goes on when what is below has sent some */
    ERR_clear_error();
    if (!self->is_farewell_sent) {
        self->is_farewell_sent = true;
        (void) SSL_shutdown(self->ssl);
    }
    self->may_take = tls_may_take(self);
    if (is_ended_by_peer(self)) {
        self->phase = TLS_LEAVING;
        ouro_transport_close(self->below);
    } else if (self->phase == TLS_ENDING && tls_is_turn_over(self)) {
        ouro__tls_schedule(self);
    } else if (self->phase == TLS_ENDING) {
        transport_receive(self->below);
    }
    self->may_take = 0;
}
