/* Sending by a datagram transport: at once, or by a queue with marks. */
#define _GNU_SOURCE 1

#include "net/datagram_transport.h"

#include "base/alloc.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

/* What a queued datagram counts besides its bytes. */
#define HEADER_SIZE 8

struct queued {
    ouro_link link;
    ouro_datagram_message message;
    uint8_t data[];
};

void ouro__datagram_transport_drop(ouro_datagram_transport *self)
{
    ouro_link *link;

    while ((link = list_pop(&self->queue)) != NULL)
        ouro__alloc_free(container_of(link, struct queued, link));
    self->queue_size = 0;
}

/* Tells the protocol to pause, if it is time for that. */
static void pause_if_full(ouro_datagram_transport *self)
{
    if (self->is_paused || self->queue_size <= self->high)
        return;
    self->is_paused = true;
    if (self->protocol->callbacks->pause_writing != NULL)
        self->protocol->callbacks->pause_writing(self->protocol);
}

static void resume_if_drained(ouro_datagram_transport *self)
{
    if (!self->is_paused || self->queue_size > self->low)
        return;
    self->is_paused = false;
    if (self->protocol->callbacks->resume_writing != NULL)
        self->protocol->callbacks->resume_writing(self->protocol);
}

void ouro__datagram_transport_flush(ouro_datagram_transport *self)
{
    while (!list_is_empty(&self->queue)) {
        struct queued *first = container_of(self->queue.next_, struct queued, link);
        int status = ouro__datagram_push(self->datagram, &first->message);

        if (status == -EAGAIN) {
            ouro__datagram_arm(self->datagram, WATCH_WRITE, true);
            break;
        }
        list_remove(&first->link);
        self->queue_size -= first->message.size + HEADER_SIZE;
        if (status < 0)
            (void) ouro__datagram_fail(self->datagram, "send", &first->message, status);
        ouro__alloc_free(first);
        if (status < 0) {
            datagram_transport_run(self, &self->writable); /* the others in the next iteration */
            ouro__datagram_transport_tell_error(self, status);
            return;
        }
    }
    resume_if_drained(self); /* which may queue more */
}

void ouro_datagram_transport_close(ouro_datagram_transport *transport)
{
    if (transport == NULL || transport->is_closing)
        return;
    transport->is_closing = true;
    if (list_is_empty(&transport->queue))
        datagram_transport_end(transport);
}

void ouro_datagram_transport_abort(ouro_datagram_transport *transport)
{
    if (transport == NULL || transport->is_ending)
        return;
    transport->is_closing = true;
    ouro__datagram_transport_drop(transport);
    datagram_transport_end(transport);
}

/* True if two addresses mean the same; what is mere padding in them may differ. */
static bool is_same(const struct address *one, const struct sockaddr *other, socklen_t size)
{
    struct address copy = { .size = size };

    memcpy(&copy.storage, other, size);
    if (one->base.sa_family != copy.base.sa_family)
        return false;
    switch (one->base.sa_family) {
    case AF_INET:
        return one->v4.sin_port == copy.v4.sin_port &&
               one->v4.sin_addr.s_addr == copy.v4.sin_addr.s_addr;
    case AF_INET6:
        return one->v6.sin6_port == copy.v6.sin6_port &&
               one->v6.sin6_scope_id == copy.v6.sin6_scope_id &&
               memcmp(&one->v6.sin6_addr, &copy.v6.sin6_addr, sizeof one->v6.sin6_addr) == 0;
    default:
        return one->size == size && memcmp(&one->storage, &copy.storage, size) == 0;
    }
}

/* Says why a datagram cannot be sent; 0 if it can. */
static int refuse(const ouro_datagram_transport *self, ouro_bytes bytes,
                  const struct sockaddr *address, socklen_t address_size)
{
    if (self == NULL || (bytes.data == NULL && bytes.size > 0) || bytes.size > INT_MAX)
        return ouro_error_set(-EINVAL, "sendto",
                              "the transport or the bytes are NULL, or too many");
    if (self->is_closing || self->datagram->is_closing)
        return ouro_error_set(OURO_ECLOSED, "sendto", "the transport was closed");
    if (address_size > sizeof(struct sockaddr_storage) || (address == NULL && address_size > 0))
        return ouro_error_set(-EINVAL, "sendto", "there is no address, or it is too long");
    if (address_size == 0 && self->datagram->remote.size == 0)
        return ouro_error_set(-EDESTADDRREQ, "sendto", "the transport has no remote address");
    if (address_size > 0 && self->datagram->remote.size > 0 &&
        !is_same(&self->datagram->remote, address, address_size))
        return ouro_error_set(-EINVAL, "sendto",
                              "the address is not the remote address of the transport");
    return 0;
}

static int enqueue(ouro_datagram_transport *self, const ouro_datagram_message *message)
{
    struct queued *queued = ouro__alloc(sizeof *queued + message->size);

    if (queued == NULL)
        return ouro_error_set(-ENOMEM, "sendto", "out of memory for the datagram");
    queued->message = *message;
    queued->message.data = queued->data;
    if (message->size > 0)
        memcpy(queued->data, message->data, message->size);
    queued->link = (ouro_link) { .next_ = NULL };
    list_append(&self->queue, &queued->link);
    self->queue_size += message->size + HEADER_SIZE;
    pause_if_full(self);
    return 0;
}

int ouro_datagram_transport_sendto(ouro_datagram_transport *transport, ouro_bytes bytes,
                                   const struct sockaddr *address, socklen_t address_size)
{
    ouro_datagram_message message = { .data = (void *) (uintptr_t) bytes.data, .size = bytes.size };
    int status = refuse(transport, bytes, address, address_size);

    if (status < 0)
        return status;
    if (address_size > 0 && transport->datagram->remote.size == 0) {
        message.address_size = address_size;
        memcpy(&message.address, address, address_size);
    }
    if (!list_is_empty(&transport->queue))
        return enqueue(transport, &message);
    status = ouro__datagram_push(transport->datagram, &message);
    if (status == -EAGAIN) {
        ouro__datagram_arm(transport->datagram, WATCH_WRITE, true);
        return enqueue(transport, &message);
    }
    if (status < 0)
        ouro__datagram_transport_tell_error(
            transport, ouro__datagram_fail(transport->datagram, "send", &message, status));
    return 0;
}

size_t ouro_datagram_transport_get_write_buffer_size(const ouro_datagram_transport *transport)
{
    return transport != NULL ? transport->queue_size : 0;
}

void ouro_datagram_transport_get_write_buffer_limits(const ouro_datagram_transport *transport,
                                                     size_t *ret_low, size_t *ret_high)
{
    if (ret_low != NULL)
        *ret_low = transport != NULL ? transport->low : 0;
    if (ret_high != NULL)
        *ret_high = transport != NULL ? transport->high : 0;
}

int ouro_datagram_transport_set_write_buffer_limits(ouro_datagram_transport *transport, size_t high,
                                                    size_t low)
{
    if (transport == NULL)
        return ouro_error_set(-EINVAL, "set_write_buffer_limits", "the transport is NULL");
    if (low > high)
        return ouro_error_set(-EINVAL, "set_write_buffer_limits",
                              "the low mark, %zu, is above the high one, %zu", low, high);
    transport->high = high;
    transport->low = low != 0 ? low : high / 4;
    if (!transport->is_ending)
        pause_if_full(transport);
    return 0;
}
