/* What a TLS transport knows of its connection. */
#include "tls/transport.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

const void *ouro__tls_get_extra_info(ouro_transport *transport, const char *name)
{
    struct tls_transport *self = tls_of(transport);
    bool is_shaking = self->phase == TLS_SHAKING;

    if (strcmp(name, "transport") == 0)
        return "tls";
    if (strcmp(name, "sslcontext") == 0)
        return self->context;
    if (strcmp(name, "ssl_object") == 0)
        return self->ssl;
    if (strcmp(name, "sni") == 0)
        return self->is_server ? self->host
                               : SSL_get_servername(self->ssl, TLSEXT_NAMETYPE_host_name);
    if (strcmp(name, "compression") == 0)
        return NULL;
    if (strcmp(name, "cipher") == 0)
        return is_shaking ? NULL : SSL_get_cipher_name(self->ssl);
    if (strcmp(name, "version") == 0)
        return is_shaking ? NULL : SSL_get_version(self->ssl);
    if (strcmp(name, "alpn") == 0)
        return self->alpn[0] != '\0' ? self->alpn : NULL;
    if (strcmp(name, "peercert") == 0)
        return SSL_get0_peer_certificate(self->ssl);
    return ouro_transport_get_extra_info(self->below, name);
}

int ouro_tls_peer_certificate(ouro_transport *transport, ouro_tls_form form, void *buffer,
                              size_t size)
{
    const SSL *ssl = ouro_transport_get_extra_info(transport, "ssl_object");
    X509 *certificate;
    char *data = NULL;
    long len;
    BIO *bio;

    if (ssl == NULL)
        return ouro_error_set(-EINVAL, "tls_peer_certificate", "the connection is not TLS");
    certificate = SSL_get0_peer_certificate(ssl);
    if (certificate == NULL)
        return ouro_error_set(-ENOENT, "tls_peer_certificate", "the peer has shown no certificate");
    bio = BIO_new(BIO_s_mem());
    if (bio == NULL || (form == OURO_TLS_PEM ? PEM_write_bio_X509(bio, certificate)
                                             : i2d_X509_bio(bio, certificate)) != 1) {
        BIO_free(bio);
        ERR_clear_error();
        return ouro_error_set(-ENOMEM, "tls_peer_certificate", "out of memory");
    }
    len = BIO_get_mem_data(bio, &data);
    if (size > 0)
        memcpy(buffer, data, (size_t) len < size ? (size_t) len : size);
    BIO_free(bio);
    return (int) len;
}
