/* What the programs of W10 share: a certificate that is made at the start, and what servers offer.
 */
#ifndef OURO_BENCH_COMMON_TLS_H
#define OURO_BENCH_COMMON_TLS_H

#include "common/bench.h"

#include <openssl/pem.h>
#include <openssl/ssl.h>

/* All servers use this one: TLS 1.3 prefers the longer key, which measures the same thing. */
#define BENCH_CIPHERSUITE "TLS_AES_128_GCM_SHA256"

typedef struct bench_identity {
    X509 *certificate;
    EVP_PKEY *key;
} bench_identity;

BENCH_UNUSED static bench_identity bench_make_identity(void)
{
    bench_identity made = { .certificate = X509_new(), .key = EVP_EC_gen("P-256") };
    X509_NAME *name = X509_get_subject_name(made.certificate);
    if (made.key == NULL || name == NULL)
        bench_fail("no key could be made");
    X509_set_version(made.certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(made.certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(made.certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(made.certificate), 86400);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *) "bench", -1, -1,
                               0);
    X509_set_issuer_name(made.certificate, name);
    X509_set_pubkey(made.certificate, made.key);
    if (X509_sign(made.certificate, made.key, EVP_sha256()) == 0)
        bench_fail("the certificate could not be signed");
    return made;
}

#endif
