/* A transport over a connected socket: TCP or Unix. */
#ifndef OURO_NET_SOCKET_TRANSPORT_H
#define OURO_NET_SOCKET_TRANSPORT_H

#include "net/transport.h"

/* Makes a transport of a connected, non-blocking socket, with one reference. Returns NULL without
 * memory; the descriptor is the caller's then. */
ouro_transport *ouro__socket_transport_new(ouro_loop *loop, int fd);

#endif
