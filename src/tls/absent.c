/* A library that was built without OpenSSL: contexts cannot be made, and so nothing else is ever
 * called with one.
 */
#include "ouro/tls.h"

#include <errno.h>

static int refuse(const char *operation)
{
    return ouro_error_set(-EOPNOTSUPP, operation, "this library was built without OpenSSL");
}

int ouro_tls_client_context_with(ouro_tls_context **ret_context, const ouro_tls_options *options)
{
    (void) ret_context;
    (void) options;
    return refuse("tls_context");
}

int ouro_tls_server_context_with(ouro_tls_context **ret_context, const ouro_tls_options *options)
{
    (void) ret_context;
    (void) options;
    return refuse("tls_context");
}

ouro_tls_context *ouro_tls_context_ref(ouro_tls_context *context)
{
    return context;
}

ouro_tls_context *ouro_tls_context_unref(ouro_tls_context *context)
{
    (void) context;
    return NULL;
}

struct ssl_ctx_st *ouro_tls_context_native(ouro_tls_context *context)
{
    (void) context;
    return NULL;
}

int ouro_tls_peer_certificate(ouro_transport *transport, ouro_tls_form form, void *buffer,
                              size_t size)
{
    (void) transport;
    (void) form;
    (void) buffer;
    (void) size;
    return refuse("tls_peer_certificate");
}
