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

/* Sets the detail of what has ended a connection, from what OpenSSL has noted. Returns the status.
 */
int ouro__tls_describe(struct tls_transport *self);

/* OpenSSL's question about each certificate of a chain: keeps what is wrong with the first that is
 * not good. */
int ouro__tls_verify(int is_good, X509_STORE_CTX *store);

#endif
