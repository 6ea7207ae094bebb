/* Reading: from records to plain bytes, straight to where who is above wants them. */
#include "tls/transport.h"

#include <errno.h>
#include <limits.h>
#include <openssl/err.h>

/* OpenSSL deals with all messages that are there before it returns, and nothing but a mark that the
 * peer has ended keeps it from going on. */
static void count_message(int is_sent, int version, int type, const void *data, size_t size,
                          SSL *ssl, void *arg)
{
    struct tls_transport *self = arg;

    (void) version;
    (void) data;
    (void) size;
    if (type != SSL3_RT_HANDSHAKE)
        return;
    if (is_sent) {
        self->is_flooded |= transport_queued(self->below) > TLS_ANSWERS_MAX;
    } else {
        self->messages++;
        self->is_flooded |= ++self->useless_messages > TLS_MESSAGES_MAX;
    }
    if (self->is_flooded)
        SSL_set_shutdown(ssl, SSL_get_shutdown(ssl) | SSL_RECEIVED_SHUTDOWN);
}

void ouro__tls_watch(struct tls_transport *self)
{
    SSL_set_msg_callback(self->ssl, count_message);
    SSL_set_msg_callback_arg(self->ssl, self);
}

/* The peer sends no more. `is_proper`: it has said so. */
static void end_input(struct tls_transport *self, bool is_proper)
{
    bool is_cut = !is_proper && (self->context->requires_end || tls_has_input(self));

    if (self->transport.has_ended)
        return;
    if (is_cut)
        ouro__tls_fail_with(self, ouro_error_set(OURO_ETLSCUT, "TLS",
                                                 "the peer has closed the connection without "
                                                 "ending it: bytes may be missing"));
    else
        transport_end_input(&self->transport);
}

/* A read has brought nothing: deals with the reason. */
static void deal_with(struct tls_transport *self, int result)
{
    if (self->is_flooded) {
        ouro__tls_fail(self);
        return;
    }
    switch (SSL_get_error(self->ssl, result)) {
    case SSL_ERROR_WANT_READ:
        if (self->below->has_ended)
            end_input(self, false);
        break;
    case SSL_ERROR_ZERO_RETURN:
        end_input(self, true);
        break;
    default:
        ouro__tls_fail(self);
        break;
    }
}

/* Looks for plain bytes. Returns how many are at hand for sure, 0: none, and the reason has been
 * dealt with. */
static size_t find_plain(struct tls_transport *self)
{
    int available = SSL_pending(self->ssl);
    char first;
    int result;

    if (available > 0)
        return (size_t) available;
    result = SSL_peek(self->ssl, &first, 1); /* decrypts the next record */
    if (result > 0)
        return (size_t) SSL_pending(self->ssl);
    deal_with(self, result);
    return 0;
}

/* Fills a place, in which there is room for a byte at least; one is at hand. Returns how many, and
 * the result of the last read if that has brought nothing, else 1. */
static size_t fill(struct tls_transport *self, uint8_t *place, size_t room, int *ret_result)
{
    size_t count = 0;

    *ret_result = 1;
    while (count < room) {
        size_t size = room - count;
        int result;

        if (count > 0 && ((self->may_take == 0 && !tls_has_input(self)) || tls_is_turn_over(self)))
            break;
        result = SSL_read(self->ssl, place + count, size < INT_MAX ? (int) size : INT_MAX);
        if (result <= 0) {
            *ret_result = result;
            break;
        }
        count += (size_t) result;
        self->useless_messages = 0;
    }
    return count;
}

/* Hands on what there is for one place. Returns false if there is nothing. */
static bool pump_once(struct tls_transport *self)
{
    ouro_transport *transport = &self->transport;
    size_t available = find_plain(self);
    size_t room = 0;
    size_t count;
    uint8_t *place;
    int result;

    if (available == 0)
        return false;
    transport->is_receiving = false;
    if (self->transport.is_bulk && available < STREAM_BULK)
        available = STREAM_BULK; /* more is to be expected */
    place = transport->user->place(transport, available, &room);
    if (place == NULL) {
        ouro__transport_fail(transport, -ENOMEM);
        return false;
    }
    count = fill(self, place, room, &result);
    transport->user->placed(transport, count);
    if (result <= 0 && !transport->is_closing)
        deal_with(self, result);
    return true;
}

void ouro__tls_pump(struct tls_transport *self)
{
    ouro_transport *transport = &self->transport;

    if (self->is_pumping)
        return;
    ERR_clear_error();
    self->is_pumping = true;
    /* What has come in one piece is handed on as a whole, as from a socket. In bulk, only what
     * there is a place for: the rest is decrypted straight to the next one. */
    while (!transport->is_closing && !transport->has_ended &&
           (transport->is_receiving || (!self->transport.is_bulk && tls_has_input(self))))
        if (!pump_once(self) || tls_is_turn_over(self))
            break;
    self->is_pumping = false;
    if (!transport->is_receiving || transport->has_ended || transport->is_closing)
        return;
    if (tls_is_turn_over(self))
        ouro__tls_schedule(self);
    else
        transport_receive(self->below);
}
