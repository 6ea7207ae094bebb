/* What a server decides by what its client asks for: the host, and the application protocol. */
#include "base/alloc.h"
#include "tls/context.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#define OPERATION "tls_context"

/* True if a line of the table is for this name. */
static bool is_for(const char *pattern, const char *name)
{
    const char *rest;

    if (pattern[0] != '*')
        return strcasecmp(pattern, name) == 0;
    rest = strchr(name, '.');
    return rest != NULL && rest != name && strcasecmp(pattern + 1, rest) == 0;
}

static ouro_tls_context *find(const ouro_tls_context *context, const char *name)
{
    size_t i;

    for (i = 0; name != NULL && i < context->host_count; i++)
        if (is_for(context->hosts[i].name, name))
            return context->hosts[i].context;
    return NULL;
}

/* Goes on with another context. OpenSSL takes the certificate from there; what else differs is
 * handed over here. */
static void go_on_with(SSL *ssl, ouro_tls_context *chosen)
{
    (void) SSL_set_SSL_CTX(ssl, chosen->native);
    SSL_set_verify(ssl, SSL_CTX_get_verify_mode(chosen->native),
                   SSL_CTX_get_verify_callback(chosen->native));
}

static int choose_host(SSL *ssl, int *ret_alert, void *arg)
{
    ouro_tls_context *context = arg;
    const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    ouro_tls_context *chosen = find(context, name);

    if (chosen == NULL && context->server_name != NULL) {
        chosen = context;
        if (context->server_name(name, context->arg, &chosen) < 0) {
            *ret_alert = SSL_AD_UNRECOGNIZED_NAME;
            return SSL_TLSEXT_ERR_ALERT_FATAL;
        }
    }
    if (chosen != NULL && chosen != context)
        go_on_with(ssl, chosen);
    return name != NULL ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

int ouro__tls_set_hosts(ouro_tls_context *context, const ouro_tls_options *options)
{
    size_t i;

    context->server_name = options->server_name;
    if (options->host_count == 0 && options->server_name == NULL)
        return 0;
    if (!context->is_server)
        return ouro_error_set(-EINVAL, OPERATION, "hosts are for servers");
    if (options->host_count > 0) {
        context->hosts = ouro__alloc_zero(options->host_count * sizeof *context->hosts);
        if (context->hosts == NULL)
            return ouro_error_set(-ENOMEM, OPERATION, "out of memory");
    }
    for (i = 0; i < options->host_count; i++) {
        const ouro_tls_host *host = &options->hosts[i];

        if (host->name == NULL || host->context == NULL || !host->context->is_server)
            return ouro_error_set(-EINVAL, OPERATION,
                                  "host %zu needs a name and a context for servers", i);
        context->hosts[i].name = ouro__alloc_string(host->name);
        if (context->hosts[i].name == NULL)
            return ouro_error_set(-ENOMEM, OPERATION, "out of memory");
        context->hosts[i].context = ouro_tls_context_ref(host->context);
        context->host_count++;
    }
    (void) SSL_CTX_set_tlsext_servername_callback(context->native, choose_host);
    (void) SSL_CTX_set_tlsext_servername_arg(context->native, context);
    return 0;
}

/* Chooses the first of the own protocols that the client has too; none is no error. */
static int choose_alpn(SSL *ssl, const unsigned char **ret_name, unsigned char *ret_len,
                       const unsigned char *offered, unsigned offered_size, void *arg)
{
    const ouro_tls_context *context = arg;
    size_t own;

    (void) ssl;
    for (own = 0; own < context->alpn_size; own += 1u + context->alpn[own]) {
        unsigned other;

        for (other = 0; other < offered_size; other += 1u + offered[other])
            if (offered[other] == context->alpn[own] &&
                memcmp(offered + other + 1, context->alpn + own + 1, offered[other]) == 0) {
                *ret_name = offered + other + 1;
                *ret_len = offered[other];
                return SSL_TLSEXT_ERR_OK;
            }
    }
    return SSL_TLSEXT_ERR_NOACK;
}

int ouro__tls_set_alpn(ouro_tls_context *context, const char *const *names)
{
    size_t size = 0;
    size_t i;

    for (i = 0; names != NULL && names[i] != NULL; i++) {
        size_t len = strlen(names[i]);

        if (len == 0 || len > 255)
            return ouro_error_set(-EINVAL, OPERATION,
                                  "\"%s\" is no name of a protocol: they have 1 to 255 bytes",
                                  names[i]);
        size += 1 + len;
    }
    if (size == 0)
        return 0;
    context->alpn = ouro__alloc(size);
    if (context->alpn == NULL)
        return ouro_error_set(-ENOMEM, OPERATION, "out of memory");
    for (i = 0; names[i] != NULL; i++) {
        size_t len = strlen(names[i]);

        context->alpn[context->alpn_size] = (uint8_t) len;
        memcpy(context->alpn + context->alpn_size + 1, names[i], len);
        context->alpn_size += 1 + len;
    }
    if (context->is_server)
        SSL_CTX_set_alpn_select_cb(context->native, choose_alpn, context);
    else if (SSL_CTX_set_alpn_protos(context->native, context->alpn, (unsigned) size) != 0)
        return ouro_error_set(-ENOMEM, OPERATION, "out of memory");
    return 0;
}
