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
 * `ret_transport` (may be NULL) the transport, borrowed, or NULL if it has ended already;
 * -ECANCELED; or why the connection did not come to stand, with the detail set for `operation`. */
int ouro__protocol_wait_made(struct task *task, ouro_transport *transport,
                             ouro_transport **ret_transport, const char *operation);

/* Before a transport is wrapped: whether that is possible. Returns 0, or an error with the detail
 * set. */
int ouro__protocol_check_move(const ouro_transport *transport, const char *operation);

/* What has come and was not told to the protocol. */
const struct stream_buffer *ouro__protocol_received(const ouro_transport *transport);

/* What was above another transport goes on above this one, with `protocol`; it has forgotten what
 * had come. */
void ouro__protocol_move(ouro_transport *transport, ouro_protocol *protocol);

#endif
