/* A transport over pipes, terminals and other files that can be waited for. */
#ifndef OURO_NET_PIPE_TRANSPORT_H
#define OURO_NET_PIPE_TRANSPORT_H

#include "net/transport.h"

struct pipe_request {
    const char *operation;
    int input;         /* -1: nothing is read */
    int output;        /* -1: nothing is written */
    bool allows_files; /* regular ones, which are always ready */
    bool keeps_open;   /* leaves the descriptors open at the close */
};

/* Makes a transport, with one reference. Returns 0; or an error, with the detail set: the
 * descriptors are the caller's then. */
int ouro__pipe_transport_new(ouro_loop *loop, const struct pipe_request *request,
                             ouro_transport **ret_transport);

/* Gives up a transport that was not used; the descriptors are the caller's again. */
void ouro__pipe_transport_discard(ouro_transport *transport);

#endif
