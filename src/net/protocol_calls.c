/* What users ask of a transport that has a protocol: another one, and to be read or not; and how a
 * protocol moves to the transport that is put above its own.
 */
#include "net/protocol_user.h"

#include <errno.h>

/* Returns what is above a transport if that is a protocol, else NULL. */
static struct protocol_user *user_of(const ouro_transport *transport)
{
    return transport != NULL && transport->user == &ouro__protocol_user ? transport->above : NULL;
}

int ouro_transport_set_protocol(ouro_transport *transport, ouro_protocol *protocol)
{
    struct protocol_user *self = user_of(transport);

    if (transport == NULL || protocol == NULL || protocol->callbacks == NULL)
        return ouro_error_set(-EINVAL, "set_protocol", "the transport or the protocol is NULL");
    if (self == NULL && !transport->is_closed)
        return ouro_error_set(OURO_EINUSE, "set_protocol", "the transport belongs to a stream");
    if (self == NULL)
        return ouro_error_set(OURO_ECLOSED, "set_protocol", "the connection was closed");
    self->protocol = protocol;
    return 0;
}

int ouro__protocol_check_move(const ouro_transport *transport, const char *operation)
{
    const struct protocol_user *self = user_of(transport);

    if (self == NULL)
        return ouro_error_set(OURO_EINUSE, operation, "the transport belongs to a stream");
    if (!self->is_made)
        return ouro_error_set(OURO_EINVALIDSTATE, operation, "connection_made comes first");
    if (self->has_ended || transport->has_ended)
        return ouro_error_set(-ECONNRESET, operation, "the peer has ended the connection");
    return 0;
}

const struct stream_buffer *ouro__protocol_received(const ouro_transport *transport)
{
    const struct protocol_user *self = transport->above;

    return &self->received;
}

void ouro__protocol_move(ouro_transport *transport, ouro_protocol *protocol)
{
    struct protocol_user *self = transport->above;

    stream_buffer_release(transport->loop, &self->received);
    self->is_readable = false; /* what is below asks for itself */
    self->transport = transport;
    self->protocol = protocol;
}

ouro_protocol *ouro_transport_get_protocol(const ouro_transport *transport)
{
    struct protocol_user *self = user_of(transport);

    return self != NULL ? self->protocol : NULL;
}

bool ouro_transport_is_reading(const ouro_transport *transport)
{
    struct protocol_user *self = user_of(transport);

    if (transport == NULL || transport->is_closing)
        return false;
    return self == NULL || !self->is_reading_paused;
}

void ouro_transport_pause_reading(ouro_transport *transport)
{
    struct protocol_user *self = user_of(transport);

    if (self != NULL && !transport->is_closing)
        self->is_reading_paused = true;
}

void ouro_transport_resume_reading(ouro_transport *transport)
{
    struct protocol_user *self = user_of(transport);

    if (self == NULL || transport->is_closing || !self->is_reading_paused)
        return;
    self->is_reading_paused = false;
    ouro__protocol_go_on(self);
}
