/* Protocols above transports. */
#ifndef OURO_NET_PROTOCOL_H
#define OURO_NET_PROTOCOL_H

#include "loop/task.h"
#include "net/transport.h"

/* Puts a protocol above a transport, whose reference it takes, and has connection_made called in
 * the next iteration, as all callbacks in `context` (borrowed, NULL: an empty one). Returns 0, or
 * -ENOMEM: the reference is the caller's then. */
int ouro__protocol_attach(ouro_transport *transport, ouro_protocol *protocol,
                          ouro_context *context);

/* The same with a protocol that is made just before its connection_made. If there is none, that is
 * reported, and the connection closed. */
int ouro__protocol_attach_new(ouro_transport *transport, ouro_protocol_factory *factory, void *arg,
                              ouro_context *context);

/* Waits until connection_made has been called. A cancel closes the transport. Returns 0, and in
 * `ret_transport` (may be NULL) the transport, borrowed, or NULL if it has ended already; or
 * -ECANCELED. */
int ouro__protocol_wait_made(struct task *task, ouro_transport *transport,
                             ouro_transport **ret_transport);

#endif
