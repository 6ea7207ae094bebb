/* Two transports connected by memory alone. */
#ifndef OURO_NET_MEMORY_TRANSPORT_H
#define OURO_NET_MEMORY_TRANSPORT_H

#include "net/transport.h"

/* Makes the two ends of a connection, each with one reference. Returns 0 or -ENOMEM. */
int ouro__memory_transport_pair(ouro_loop *loop, ouro_transport *ret_transports[2]);

#endif
