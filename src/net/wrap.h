/* TLS as the folder net sees it: something that puts a transport over another one.
 *
 *     above:  a stream, a protocol
 *                |          ^
 *             the wrapping transport           struct transport_wrapper makes it
 *                |          ^
 *     below:  the transport that was there     its user is the wrapping one from now on
 *
 * The wrapping transport is `is_opening` while it shakes hands. Its first words go behind what is
 * queued below already, and it is handed the bytes that have come before it.
 */
#ifndef OURO_NET_WRAP_H
#define OURO_NET_WRAP_H

#include "net/transport.h"
#include "ouro/tls.h"

/* What is asked for with a connection. */
struct wrap_request {
    ouro_tls_context *context; /* NULL: the connection is not wrapped */
    const char *operation;
    const char *host; /* whom the peer has to be; NULL: nobody has said; "": anybody */
    bool is_server;
    int64_t handshake_ns; /* how long that may take */
    int64_t shutdown_ns;  /* and the end */
};

/* What an ouro_tls_context begins with. */
struct transport_wrapper {
    /* Returns a transport over `below`, whose reference it takes, with one reference; or NULL and
     * the detail set: nothing has changed then. */
    ouro_transport *(*wrap)(struct transport_wrapper *wrapper, const struct wrap_request *request,
                            ouro_transport *below, ouro_bytes received);

    /* Returns 0, or why it cannot do this, with the detail set. */
    int (*check)(const struct transport_wrapper *wrapper, const struct wrap_request *request);
};

/* Completes a request by the limits of time, in seconds, and checks it. Returns 0, or an error with
 * the detail set. */
int ouro__wrap_prepare(struct wrap_request *request, double handshake_timeout,
                       double shutdown_timeout);

/* Wraps a transport if that is asked for. Returns the transport that is to be used, or NULL and the
 * detail set: nothing has changed then. */
ouro_transport *ouro__wrap(const struct wrap_request *request, ouro_transport *below,
                           ouro_bytes received);

#endif
