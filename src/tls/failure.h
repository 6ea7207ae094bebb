/* What has gone wrong with TLS, in words. */
#ifndef OURO_TLS_FAILURE_H
#define OURO_TLS_FAILURE_H

#include "ouro/error.h"

#include <openssl/ssl.h>

struct tls_transport;

/* Sets a detail of OURO_ETLSSETUP: the text, and OpenSSL's own reason. -ENOMEM if that was it.
 * Returns the status. */
__attribute__((format(printf, 2, 3))) int ouro__tls_failure(const char *operation,
                                                            const char *format, ...);

/* Writes what a peer has sent so that it does no harm on a terminal or in a log: what is no
 * printable character of ASCII as \xNN; what does not fit into `size`, of at least 1, is left out.
 * Returns the length of the text. */
size_t ouro__tls_show(char *text, size_t size, const void *bytes, size_t len);

/* Sets the detail of what has ended a connection, from what OpenSSL has noted. Returns the status.
 */
int ouro__tls_describe(struct tls_transport *self);

/* OpenSSL's question about each certificate of a chain: keeps what is wrong with the first that is
 * not good. */
int ouro__tls_verify(int is_good, X509_STORE_CTX *store);

#endif
