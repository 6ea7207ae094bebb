/* What an ouro_tls_context is inside: OpenSSL's context, and what it has no place for.
 *
 * It begins with the functions by which the folder net puts TLS over a transport. The sessions that
 * a client remembers are in a list, the last one used first, at most TLS_SESSIONS_MAX.
 */
#ifndef OURO_TLS_CONTEXT_H
#define OURO_TLS_CONTEXT_H

#include "base/list.h"
#include "net/wrap.h"

#include <openssl/ssl.h>

/* A line of a server's table of names. */
struct tls_host {
    char *name;
    ouro_tls_context *context; /* a reference */
};

struct ouro_tls_context {
    struct transport_wrapper wrapper; /* first: it is what net knows of a context */
    SSL_CTX *native;
    uint32_t references;
    bool is_server;
    bool checks_host;
    bool requires_end;
    uint8_t *alpn; /* names, each behind its length; NULL: none are agreed on */
    size_t alpn_size;
    struct tls_host *hosts;
    size_t host_count;
    ouro_tls_server_name *server_name;
    void *arg;
    unsigned char id[16];    /* of a server's: sessions do not go on under another one */
    bool remembers_sessions; /* a client; a server gives tickets */
    ouro_link sessions;
    size_t session_count;
};

/* Makes the context's choice of hosts, application protocols and sessions known to OpenSSL. Return
 * 0, or an error with the detail set. */
int ouro__tls_set_hosts(ouro_tls_context *context, const ouro_tls_options *options);
int ouro__tls_set_alpn(ouro_tls_context *context, const char *const *names);
void ouro__tls_set_sessions(ouro_tls_context *context, bool is_on);

/* Loads certificates, keys and whom to trust. Returns 0, or an error with the detail set. */
int ouro__tls_load(ouro_tls_context *context, const ouro_tls_options *options);

/* Has a connection go on with an earlier session of that host, if there is one. */
void ouro__tls_resume(ouro_tls_context *context, SSL *ssl, const char *host);

/* Forgets all sessions. */
void ouro__tls_forget_sessions(ouro_tls_context *context);

#endif
