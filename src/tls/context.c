/* The life of a context, and the settings that are plain. */
#include "tls/context.h"

#include "base/alloc.h"
#include "tls/failure.h"
#include "tls/transport.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <string.h>

#define OPERATION "tls_context"

/* What a connection can read at once: several records cost one call to the kernel. */
#define READ_BUFFER_SIZE ((size_t) 64 << 10)

static void free_context(ouro_tls_context *context)
{
    size_t i;

    ouro__tls_forget_sessions(context);
    for (i = 0; i < context->host_count; i++) {
        ouro__alloc_free(context->hosts[i].name);
        (void) ouro_tls_context_unref(context->hosts[i].context);
    }
    ouro__alloc_free(context->hosts);
    ouro__alloc_free(context->alpn);
    SSL_CTX_free(context->native);
    ouro__alloc_free(context);
}

/* Checks the name that a peer's certificate has to have. OpenSSL takes one that begins with a dot
 * for all hosts below; and it compares bytes, where others mean what a name looks like. */
static int check_name(const char *name, const char *operation)
{
    const char *next;

    for (next = name; *next != '\0'; next++)
        if (*next <= ' ' || *next >= 0x7f)
            return ouro_error_set(-EINVAL, operation,
                                  "the name of the host is not in plain ASCII: give "
                                  ".server_hostname as certificates have it (xn--...)");
    if (name[0] == '.')
        return ouro_error_set(-EINVAL, operation, "\"%.100s\" is no name of a host, with its dot",
                              name);
    if (next - name > TLSEXT_MAXLEN_host_name)
        return ouro_error_set(-EINVAL, operation,
                              "the name of the host has %zu bytes: %d at most are allowed",
                              (size_t) (next - name), TLSEXT_MAXLEN_host_name);
    return 0;
}

static int check(const struct transport_wrapper *wrapper, const struct wrap_request *request)
{
    const ouro_tls_context *context = (const ouro_tls_context *) wrapper;

    if (context->is_server != request->is_server)
        return ouro_error_set(-EINVAL, request->operation, "the context is one for %s",
                              context->is_server ? "servers" : "clients");
    if (context->checks_host && request->host == NULL)
        return ouro_error_set(-EINVAL, request->operation,
                              "give the .server_hostname that the peer's certificate has to name, "
                              "or \"\" for any");
    return request->host != NULL ? check_name(request->host, request->operation) : 0;
}

static int set_versions(ouro_tls_context *context, const ouro_tls_options *options)
{
    int minimum = options->minimum_version != 0 ? (int) options->minimum_version : TLS1_2_VERSION;

    if (SSL_CTX_set_min_proto_version(context->native, minimum) != 1 ||
        SSL_CTX_set_max_proto_version(context->native, (int) options->maximum_version) != 1)
        return ouro_error_set(-EINVAL, OPERATION, "%#x to %#x are no versions of TLS",
                              (unsigned) options->minimum_version,
                              (unsigned) options->maximum_version);
    if (options->maximum_version != 0 && (int) options->maximum_version < minimum)
        return ouro_error_set(-EINVAL, OPERATION, "the oldest version is newer than the newest");
    return 0;
}

static int set_ciphers(ouro_tls_context *context, const ouro_tls_options *options)
{
    if (options->ciphers != NULL && SSL_CTX_set_cipher_list(context->native, options->ciphers) != 1)
        return ouro_error_set(OURO_ETLSSETUP, OPERATION, "no cipher is known in \"%s\"",
                              options->ciphers);
    if (options->ciphersuites != NULL &&
        SSL_CTX_set_ciphersuites(context->native, options->ciphersuites) != 1)
        return ouro_error_set(OURO_ETLSSETUP, OPERATION, "a cipher is not known in \"%s\"",
                              options->ciphersuites);
    return 0;
}

/* What every connection has. */
static void set_defaults(ouro_tls_context *context)
{
    SSL_CTX *native = context->native;

    SSL_CTX_set_options(native, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                    SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_mode(native, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                 SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_read_ahead(native, 1);
    SSL_CTX_set_default_read_buffer_len(native, READ_BUFFER_SIZE);
    (void) SSL_CTX_set_session_id_context(native, context->id, sizeof context->id);
    (void) SSL_CTX_set_app_data(native, context);
}

static int set_verification(ouro_tls_context *context, const ouro_tls_options *options)
{
    int mode = SSL_VERIFY_NONE;

    if (!context->is_server && options->client_certificates != OURO_TLS_NO_CERTIFICATES)
        return ouro_error_set(-EINVAL, OPERATION,
                              ".client_certificates is for servers: a client shows its own by "
                              ".certificate_file");
    if (!context->is_server && !options->no_verify)
        mode = SSL_VERIFY_PEER;
    if (context->is_server && options->client_certificates != OURO_TLS_NO_CERTIFICATES)
        mode = SSL_VERIFY_PEER;
    if (options->client_certificates == OURO_TLS_REQUIRED_CERTIFICATES)
        mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
    SSL_CTX_set_verify(context->native, mode, ouro__tls_verify);
    context->checks_host = !context->is_server && !options->no_verify &&
                           !options->no_check_hostname;
    return 0;
}

static int set_all(ouro_tls_context *context, const ouro_tls_options *options)
{
    int status;

    if (RAND_bytes(context->id, sizeof context->id) != 1)
        return ouro__tls_failure(OPERATION, "OpenSSL has no random bytes");
    set_defaults(context);
    context->requires_end = options->require_end;
    context->arg = options->arg;
    status = set_verification(context, options);
    if (status == 0)
        status = set_versions(context, options);
    if (status == 0)
        status = set_ciphers(context, options);
    if (status == 0)
        status = ouro__tls_load(context, options);
    if (status == 0)
        status = ouro__tls_set_alpn(context, options->alpn);
    if (status == 0)
        status = ouro__tls_set_hosts(context, options);
    if (status == 0)
        ouro__tls_set_sessions(context, !options->no_resumption);
    return status;
}

static int make(ouro_tls_context **ret_context, const ouro_tls_options *options, bool is_server)
{
    ouro_tls_context *context;
    int status;

    if (ret_context == NULL || options == NULL)
        return ouro_error_set(-EINVAL, OPERATION, "the place or the options are NULL");
    context = ouro__alloc_zero(sizeof *context);
    if (context == NULL)
        return ouro_error_set(-ENOMEM, OPERATION, "out of memory");
    ERR_clear_error();
    context->wrapper.wrap = ouro__tls_wrap;
    context->wrapper.check = check;
    context->references = 1;
    context->is_server = is_server;
    list_init(&context->sessions);
    context->native = SSL_CTX_new(is_server ? TLS_server_method() : TLS_client_method());
    status = context->native != NULL ? set_all(context, options)
                                     : ouro__tls_failure(OPERATION, "OpenSSL cannot begin");
    ERR_clear_error();
    if (status < 0) {
        free_context(context);
        return status;
    }
    *ret_context = context;
    return 0;
}

int ouro_tls_client_context_with(ouro_tls_context **ret_context, const ouro_tls_options *options)
{
    return make(ret_context, options, false);
}

int ouro_tls_server_context_with(ouro_tls_context **ret_context, const ouro_tls_options *options)
{
    return make(ret_context, options, true);
}

ouro_tls_context *ouro_tls_context_ref(ouro_tls_context *context)
{
    if (context != NULL)
        context->references++;
    return context;
}

ouro_tls_context *ouro_tls_context_unref(ouro_tls_context *context)
{
    if (context == NULL)
        return NULL;
    ouro_assert(context->references > 0);
    if (--context->references == 0)
        free_context(context);
    return NULL;
}

struct ssl_ctx_st *ouro_tls_context_native(ouro_tls_context *context)
{
    return context != NULL ? context->native : NULL;
}
