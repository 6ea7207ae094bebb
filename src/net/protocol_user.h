/* A protocol above a transport, from inside: what has come and was not told yet. */
#ifndef OURO_NET_PROTOCOL_USER_H
#define OURO_NET_PROTOCOL_USER_H

#include "net/protocol.h"

struct protocol_user {
    ouro_transport *transport;
    ouro_protocol *protocol; /* NULL: not made yet, or never */
    ouro_protocol_factory *factory;
    void *factory_arg;
    ouro_context *context;       /* in which the connection was asked for, or NULL */
    ouro_context *event_context; /* what the callbacks of `event` have made of it */
    struct stream_buffer received;
    ouro_runnable start; /* connection_made */
    ouro_runnable event; /* everything else that the kernel reports */
    bool is_made;
    bool is_reading_paused;
    bool is_readable; /* the transport has much, to be taken */
    bool has_ended;   /* the end was not told yet */
    bool is_pausing;  /* pause_writing was told */
    bool is_resuming; /* resume_writing was not told yet */
};

/* The `user` of a transport whose `above` is a struct protocol_user. */
extern const struct transport_user ouro__protocol_user;

/* The protocol reads again: it is told what has come meanwhile, else bytes are asked for. */
void ouro__protocol_go_on(struct protocol_user *self);

#endif
