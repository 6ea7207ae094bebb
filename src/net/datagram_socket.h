/* Datagram sockets as they are asked for by options. */
#ifndef OURO_NET_DATAGRAM_SOCKET_H
#define OURO_NET_DATAGRAM_SOCKET_H

#include "net/resolve.h"
#include "ouro/datagram.h"

struct datagram_socket {
    int fd;
    bool is_connected;
    struct address remote; /* where to send without another address; size 0: nowhere */
};

/* Opens a socket: non-blocking, closed on exec, bound and connected as the options have it. With
 * their `fd` checks that one. Returns 0, or an error with its detail, and nothing is open then.
 * Suspends: for a name that has to be looked up. */
int ouro__datagram_socket_open(struct task *task, const ouro_datagram_options *options,
                               const char *operation, struct datagram_socket *ret_socket);

#endif
