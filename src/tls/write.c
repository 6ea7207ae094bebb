/* Writing: from what is queued to records at the end of the queue below. */
#include "tls/transport.h"

#include <openssl/err.h>

/* What fits into one record. */
#define RECORD_SIZE ((size_t) SSL3_RT_MAX_PLAIN_LENGTH)

void ouro__tls_flush(struct tls_transport *self)
{
    ouro_transport *transport = &self->transport;
    struct stream_buffer *queued = &transport->queued;
    size_t sent = 0;

    if (self->phase != TLS_OPEN && self->phase != TLS_ENDING)
        return;
    ERR_clear_error();
    while (stream_buffer_size(queued) > 0 && !self->below->is_paused) {
        size_t size = stream_buffer_size(queued);
        int result = SSL_write(self->ssl, queued->data + queued->begin,
                               (int) (size < RECORD_SIZE ? size : RECORD_SIZE));

        if (result <= 0) {
            ouro__tls_fail(self);
            return;
        }
        stream_buffer_consume(transport->loop, queued, (size_t) result);
        sent += (size_t) result;
    }
    if (sent == 0)
        return;
    transport->unsent += sent;
    ouro__transport_sent(transport, sent);
}
