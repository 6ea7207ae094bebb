/* The servers' side of TLS in W10.
 */
#ifndef OURO_BENCH_OURO_TLS_SERVER_H
#define OURO_BENCH_OURO_TLS_SERVER_H

#include "common/tls.h"
#include "ouro/program.h"

static ouro_bytes bench_pem_of(BIO *bio)
{
    char *data;
    long size = BIO_get_mem_data(bio, &data);
    return (ouro_bytes) { .data = (const uint8_t *) data, .size = (size_t) size };
}

static ouro_tls_context *bench_tls_context(void)
{
    bench_identity identity = bench_make_identity();
    BIO *certificate = BIO_new(BIO_s_mem());
    BIO *key = BIO_new(BIO_s_mem());
    ouro_tls_context *context;
    PEM_write_bio_X509(certificate, identity.certificate);
    PEM_write_bio_PrivateKey(key, identity.key, NULL, NULL, 0, NULL, NULL);
    bench_succeed(ouro_tls_server_context(&context, .certificate_pem = bench_pem_of(certificate),
                                          .key_pem = bench_pem_of(key),
                                          .ciphersuites = BENCH_CIPHERSUITE),
                  "tls_server_context");
    return context;
}

#endif
