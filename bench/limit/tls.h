/* What the servers of W10 by hand share: OpenSSL on a socket that does not block.
 */
#ifndef OURO_BENCH_LIMIT_TLS_H
#define OURO_BENCH_LIMIT_TLS_H

#include "common/tls.h"

#include <signal.h>

static inline SSL_CTX *tls_server_context(void)
{
    bench_identity identity = bench_make_identity();
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    SSL_CTX_use_certificate(context, identity.certificate);
    SSL_CTX_use_PrivateKey(context, identity.key);
    SSL_CTX_set_ciphersuites(context, BENCH_CIPHERSUITE);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(context, 1);
    signal(SIGPIPE, SIG_IGN); /* OpenSSL writes without MSG_NOSIGNAL */
    return context;
}

/* The server's side of a connection, whose handshake the first read or write makes. */
static inline SSL *tls_accept(SSL_CTX *context, int fd)
{
    SSL *ssl = SSL_new(context);
    if (ssl == NULL || SSL_set_fd(ssl, fd) != 1)
        bench_fail("SSL_new failed");
    SSL_set_accept_state(ssl);
    return ssl;
}

#endif
