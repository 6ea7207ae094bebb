/* What a server decides by what its client asks for: the host, and the application protocol. */
#include "base/alloc.h"
#include "tls/failure.h"
#include "tls/transport.h"

#include <ctype.h>
#include <errno.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define OPERATION "tls_context"

/* The longest name that a client may ask for. */
#define TLS_NAME_MAX ((size_t) TLSEXT_MAXLEN_host_name)

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

    for (i = 0; name[0] != '\0' && i < context->host_count; i++)
        if (is_for(context->hosts[i].name, name))
            return context->hosts[i].context;
    return NULL;
}

/* Reads the name out of the client's hello. Returns false if it is damaged; without one,
 * `ret_name` is empty. */
static bool read_name(SSL *ssl, char ret_name[TLS_NAME_MAX + 1])
{
    const unsigned char *data;
    size_t size;
    size_t len;

    ret_name[0] = '\0';
    if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_server_name, &data, &size) != 1)
        return true;
    /* The size of a list of one, its kind, the length of the name, and the name. */
    if (size < 6 || ((size_t) data[0] << 8 | data[1]) != size - 2 ||
        data[2] != TLSEXT_NAMETYPE_host_name)
        return false;
    len = (size_t) data[3] << 8 | data[4];
    if (len != size - 5 || len > TLS_NAME_MAX || memchr(data + 5, '\0', len) != NULL)
        return false;
    memcpy(ret_name, data + 5, len);
    ret_name[len] = '\0';
    return true;
}

/* A session goes on only for the name that it was begun for, and under the same context: another
 * one may want a certificate that this client has not shown. Without resumption it never does. */
static bool bind_sessions(SSL *ssl, const ouro_tls_context *context, const char *name)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned char bound[sizeof context->id + TLS_NAME_MAX];
    size_t len = strlen(name);
    unsigned size = 32;
    size_t i;

    memcpy(bound, context->id, sizeof context->id);
    for (i = 0; i < len; i++)
        bound[sizeof context->id + i] = (unsigned char) tolower((unsigned char) name[i]);
    if (!context->remembers_sessions)
        return RAND_bytes(digest, (int) size) == 1 &&
               SSL_set_session_id_context(ssl, digest, size) == 1;
    return EVP_Digest(bound, sizeof context->id + len, digest, &size, EVP_sha256(), NULL) == 1 &&
           SSL_set_session_id_context(ssl, digest, size) == 1;
}

/* Goes on with another context. OpenSSL takes the certificate, the ciphers, the protocols and whom
 * to trust from there; what a connection has of its own is handed over here. Returns false without
 * memory. */
static bool go_on_with(struct tls_transport *self, ouro_tls_context *chosen)
{
    SSL *ssl = self->ssl;
    SSL_CTX *native = chosen->native;

    if (SSL_set_SSL_CTX(ssl, native) == NULL ||
        SSL_set1_param(ssl, SSL_CTX_get0_param(native)) != 1 ||
        SSL_set_min_proto_version(ssl, SSL_CTX_get_min_proto_version(native)) != 1 ||
        SSL_set_max_proto_version(ssl, SSL_CTX_get_max_proto_version(native)) != 1 ||
        SSL_set_num_tickets(ssl, SSL_CTX_get_num_tickets(native)) != 1)
        return false;
    (void) SSL_clear_options(ssl, SSL_get_options(ssl));
    (void) SSL_set_options(ssl, SSL_CTX_get_options(native));
    SSL_set_verify(ssl, SSL_CTX_get_verify_mode(native), SSL_CTX_get_verify_callback(native));
    (void) ouro_tls_context_ref(chosen);
    (void) ouro_tls_context_unref(self->context);
    self->context = chosen;
    return true;
}

/* Asks the table, then the user, for the context of a name ("": none was asked for). Returns NULL
 * if there is none, with the alert and the explanation set. */
static ouro_tls_context *choose(struct tls_transport *self, const char *name, int *ret_alert)
{
    ouro_tls_context *context = self->context;
    ouro_tls_context *chosen = find(context, name);
    char shown[128];

    if (chosen != NULL || context->server_name == NULL)
        return chosen != NULL ? chosen : context;
    chosen = context;
    if (context->server_name(name[0] != '\0' ? name : NULL, context->arg, &chosen) < 0) {
        *ret_alert = SSL_AD_UNRECOGNIZED_NAME;
        ouro__tls_show(shown, sizeof shown, name, strlen(name));
        (void) snprintf(self->explanation, sizeof self->explanation,
                        ".server_name has refused the host \"%s\"", shown);
        return NULL;
    }
    if (chosen == NULL || !chosen->is_server) {
        *ret_alert = SSL_AD_INTERNAL_ERROR;
        (void) snprintf(self->explanation, sizeof self->explanation, ".server_name has chosen %s",
                        chosen == NULL ? "no context" : "a context for clients");
        return NULL;
    }
    return chosen;
}

/* The client's hello has come, and nothing is decided yet: neither the version, nor whether an
 * earlier session goes on. */
static int take_hello(SSL *ssl, int *ret_alert, void *arg)
{
    struct tls_transport *self = SSL_get_app_data(ssl);
    char name[TLS_NAME_MAX + 1];
    ouro_tls_context *chosen;

    (void) arg;
    if (!read_name(ssl, name)) {
        *ret_alert = SSL_AD_DECODE_ERROR;
        (void) snprintf(self->explanation, sizeof self->explanation,
                        "the name of the host in the client's hello is damaged");
        return SSL_CLIENT_HELLO_ERROR;
    }
    if (self->is_host_chosen) { /* a second hello, since the first was not good enough */
        if (strcmp(self->host != NULL ? self->host : "", name) == 0)
            return SSL_CLIENT_HELLO_SUCCESS;
        *ret_alert = SSL_AD_ILLEGAL_PARAMETER;
        (void) snprintf(self->explanation, sizeof self->explanation,
                        "the client's second hello asks for another host");
        return SSL_CLIENT_HELLO_ERROR;
    }
    self->is_host_chosen = true;
    chosen = choose(self, name, ret_alert);
    if (chosen == NULL)
        return SSL_CLIENT_HELLO_ERROR;
    *ret_alert = SSL_AD_INTERNAL_ERROR;
    if (name[0] != '\0')
        self->host = ouro__alloc_string(name);
    if ((name[0] != '\0' && self->host == NULL) ||
        (chosen != self->context && !go_on_with(self, chosen)) ||
        !bind_sessions(ssl, chosen, name)) {
        self->is_out_of_memory = true;
        return SSL_CLIENT_HELLO_ERROR;
    }
    return SSL_CLIENT_HELLO_SUCCESS;
}

/* Tells the client whether its name has counted. */
static int acknowledge(SSL *ssl, int *ret_alert, void *arg)
{
    const struct tls_transport *self = SSL_get_app_data(ssl);

    (void) ret_alert;
    (void) arg;
    return self->host != NULL ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

int ouro__tls_set_hosts(ouro_tls_context *context, const ouro_tls_options *options)
{
    size_t i;

    context->server_name = options->server_name;
    if (context->is_server)
        SSL_CTX_set_client_hello_cb(context->native, take_hello, NULL);
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
    (void) SSL_CTX_set_tlsext_servername_callback(context->native, acknowledge);
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
