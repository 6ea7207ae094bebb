/* What has gone wrong with TLS: from OpenSSL's codes to one of ours, and a text that says what to
 * do.
 *
 * OpenSSL tells that a certificate was not accepted, and why, by a number. Which certificate it is,
 * since when it has expired and which hosts it is for is known only while it is looked at: then
 * `verify` writes the text.
 */
#include "tls/failure.h"

#include "tls/transport.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define NAME_SIZE 128
#define DATE_SIZE 40

static bool is_no_memory(unsigned long code)
{
    return ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE;
}

static const char *reason_of(unsigned long code)
{
    const char *text = code != 0 ? ERR_reason_error_string(code) : NULL;

    return text != NULL ? text : "OpenSSL gives no reason";
}

int ouro__tls_failure(const char *operation, const char *format, ...)
{
    unsigned long code = ERR_peek_last_error();
    char text[512];
    va_list arguments;

    if (is_no_memory(code))
        return ouro_error_set(-ENOMEM, operation, "out of memory");
    va_start(arguments, format);
    (void) vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return ouro_error_set(OURO_ETLSSETUP, operation, "%s: %s", text, reason_of(code));
}

size_t ouro__tls_show(char *text, size_t size, const void *bytes, size_t len)
{
    const unsigned char *next = bytes;
    size_t used = 0;
    size_t i;

    text[0] = '\0';
    for (i = 0; i < len; i++) {
        bool is_harmless = next[i] >= ' ' && next[i] < 0x7f && next[i] != '\\';
        size_t needed = is_harmless ? 1 : 4;

        if (used + needed >= size)
            break;
        (void) snprintf(text + used, size - used, is_harmless ? "%c" : "\\x%02x", next[i]);
        used += needed;
    }
    return used;
}

/* Writes one field of a name. Returns false if the name does not have it. */
static bool format_field(const X509_NAME *name, int kind, char text[NAME_SIZE])
{
    int index = X509_NAME_get_index_by_NID(name, kind, -1);
    const ASN1_STRING *value;

    if (index < 0)
        return false;
    value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, index));
    (void) ouro__tls_show(text, NAME_SIZE, ASN1_STRING_get0_data(value),
                          (size_t) ASN1_STRING_length(value));
    return true;
}

/* The name of whom a certificate is about, or who has issued it. */
static void format_name(const X509_NAME *name, char text[NAME_SIZE])
{
    if (!format_field(name, NID_commonName, text) &&
        !format_field(name, NID_organizationName, text))
        (void) snprintf(text, NAME_SIZE, "(no name)");
}

static void format_date(const ASN1_TIME *date, char text[DATE_SIZE])
{
    struct tm fields;

    if (ASN1_TIME_to_tm(date, &fields) != 1 ||
        strftime(text, DATE_SIZE, "%Y-%m-%d %H:%M:%S UTC", &fields) == 0)
        (void) snprintf(text, DATE_SIZE, "(no date)");
}

/* Writes one of the hosts that a certificate is for, behind a space. Returns its length. */
static size_t format_host(const GENERAL_NAME *name, char *text, size_t size)
{
    int type;
    const ASN1_STRING *value = GENERAL_NAME_get0_value(name, &type);
    const unsigned char *data;
    size_t len;

    if ((type != GEN_DNS && type != GEN_IPADD) || size < INET6_ADDRSTRLEN + 1)
        return 0;
    data = ASN1_STRING_get0_data(value);
    len = (size_t) ASN1_STRING_length(value);
    *text++ = ' ';
    if (type == GEN_DNS)
        return 1 + ouro__tls_show(text, size - 1, data, len);
    if ((len == 4 || len == 16) &&
        inet_ntop(len == 4 ? AF_INET : AF_INET6, data, text, (socklen_t) (size - 1)) != NULL)
        return 1 + strlen(text);
    return 1 + (size_t) snprintf(text, size - 1, "(an address of %zu bytes)", len);
}

/* Lists the hosts that a certificate is for, as far as there is room. One that lists no names is
 * for the one that it calls itself by. */
static void format_hosts(X509 *certificate, char *text, size_t size)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    bool has_names = false;
    char own[NAME_SIZE];
    size_t used = 0;
    int i;

    text[0] = '\0';
    for (i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);

        has_names |= name->type == GEN_DNS;
        used += format_host(name, text + used, size - used);
    }
    GENERAL_NAMES_free(names);
    if (!has_names && format_field(X509_get_subject_name(certificate), NID_commonName, own))
        used += (size_t) snprintf(text + used, size - used, " %s", own);
    if (used == 0)
        (void) snprintf(text, size, " no host at all");
}

/* What is wrong with a certificate that cannot be traced to an authority. */
static void explain_issuer(int error, const char *name, X509 *certificate, char *text, size_t size)
{
    char issuer[NAME_SIZE];

    format_name(X509_get_issuer_name(certificate), issuer);
    switch (error) {
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        (void) snprintf(text, size,
                        "the certificate of %s is self-signed, and not trusted here: give it as "
                        ".ca_file to trust it",
                        name);
        break;
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        (void) snprintf(text, size,
                        "the authority %s is unknown here: give its certificate as .ca_file to "
                        "trust it",
                        name);
        break;
    case X509_V_ERR_UNABLE_TO_GET_CRL:
        (void) snprintf(text, size,
                        "there is no list of what %s, who has issued the certificate of %s, has "
                        "revoked",
                        issuer, name);
        break;
    default:
        (void) snprintf(text, size,
                        "the certificate of %s was issued by %s, who is unknown here: the peer "
                        "has to send the certificates in between, or give that one as .ca_file",
                        name, issuer);
        break;
    }
}

/* True if a certificate is refused for its form alone: OpenSSL numbers those reasons in a row. */
static bool is_about_strictness(int error)
{
    return error >= X509_V_ERR_PATHLEN_INVALID_FOR_NON_CA &&
           error <= X509_V_ERR_EC_KEY_EXPLICIT_PARAMS;
}

/* What is wrong with the certificate that OpenSSL looks at. */
static void explain(int error, X509 *certificate, const char *host, char *text, size_t size)
{
    char name[NAME_SIZE];
    char date[DATE_SIZE];
    char hosts[256];

    format_name(X509_get_subject_name(certificate), name);
    switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
        format_date(X509_get0_notAfter(certificate), date);
        (void) snprintf(text, size, "the certificate of %s has expired on %s", name, date);
        break;
    case X509_V_ERR_CERT_NOT_YET_VALID:
        format_date(X509_get0_notBefore(certificate), date);
        (void) snprintf(text, size, "the certificate of %s is not yet valid: it will be on %s",
                        name, date);
        break;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        format_hosts(certificate, hosts, sizeof hosts);
        (void) snprintf(text, size, "the certificate is not for %s; it is for%s",
                        host != NULL ? host : "this host", hosts);
        break;
    case X509_V_ERR_CERT_REVOKED:
        (void) snprintf(text, size, "the certificate of %s was revoked", name);
        break;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_UNABLE_TO_GET_CRL:
        explain_issuer(error, name, certificate, text, size);
        break;
    default: /* too weak, of the wrong purpose, and so on */
        (void) snprintf(text, size, "the certificate of %s: %s%s", name,
                        X509_verify_cert_error_string(error),
                        is_about_strictness(error) ? " (.no_strict accepts it)" : "");
        break;
    }
}

int ouro__tls_verify(int is_good, X509_STORE_CTX *store)
{
    const SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    struct tls_transport *self = SSL_get_app_data(ssl);
    X509 *certificate = X509_STORE_CTX_get_current_cert(store);

    if (!is_good && self->explanation[0] == '\0' && certificate != NULL)
        explain(X509_STORE_CTX_get_error(store), certificate, self->host, self->explanation,
                sizeof self->explanation);
    return is_good;
}

/* Where what has come is not TLS: what it is. Returns false if it may be. */
static bool describe_foreign(const struct tls_transport *self, int *ret_status)
{
    const unsigned char *first = self->first;
    char shown[4 * sizeof self->first + 1];

    /* A record begins with its kind; 0x80 is the first message of very old clients. */
    if (self->first_count == 0 || (first[0] >= 20 && first[0] <= 23) || (first[0] & 0x80) != 0)
        return false;
    (void) ouro__tls_show(shown, sizeof shown, first, self->first_count);
    if (memcmp(first, "HTTP/", 5) == 0)
        *ret_status = ouro_error_set(OURO_ETLSFOREIGN, TLS_HANDSHAKE,
                                     "the peer answers in plain HTTP: is this port for TLS?");
    else if (!self->is_server)
        *ret_status = ouro_error_set(OURO_ETLSFOREIGN, TLS_HANDSHAKE,
                                     "the peer does not speak TLS: its answer begins with \"%s\"",
                                     shown);
    else
        *ret_status = ouro_error_set(OURO_ETLSFOREIGN, TLS_HANDSHAKE,
                                     "the peer does not speak TLS (it may want a plain port): what "
                                     "it sends begins with \"%s\"",
                                     shown);
    return true;
}

/* The name of an alert. Some are younger than OpenSSL's table. */
static const char *alert_name(int alert)
{
    switch (alert) {
    case SSL_AD_CERTIFICATE_REQUIRED:
        return "certificate required";
    case SSL_AD_MISSING_EXTENSION:
        return "missing extension";
    case SSL_AD_NO_APPLICATION_PROTOCOL:
        return "no application protocol";
    default:
        return SSL_alert_desc_string_long(alert);
    }
}

/* The peer has sent an alert. */
static int describe_alert(const struct tls_transport *self, int alert)
{
    const char *operation = tls_operation(self);
    const char *name = alert_name(alert);

    if (alert == SSL_AD_PROTOCOL_VERSION || alert == SSL_AD_INSUFFICIENT_SECURITY)
        return ouro_error_set(OURO_ETLSNOCOMMON, operation,
                              "the peer has refused the versions or ciphers it was offered: %s",
                              name);
    return ouro_error_set(OURO_ETLSALERT, operation, "the peer has sent the alert \"%s\"%s", name,
                          alert == SSL_AD_UNKNOWN_CA || alert == SSL_AD_BAD_CERTIFICATE ||
                                  alert == SSL_AD_CERTIFICATE_EXPIRED ||
                                  alert == SSL_AD_CERTIFICATE_UNKNOWN
                              ? ": it does not accept our certificate"
                              : "");
}

static bool is_about_agreement(int reason)
{
    switch (reason) {
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_NO_PROTOCOLS_AVAILABLE:
    case SSL_R_VERSION_TOO_LOW:
    case SSL_R_VERSION_TOO_HIGH:
    case SSL_R_WRONG_SSL_VERSION:
    case SSL_R_NO_SHARED_CIPHER:
    case SSL_R_NO_CIPHERS_AVAILABLE:
    case SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM:
    case SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS:
    case SSL_R_NO_SUITABLE_GROUPS:
    case SSL_R_NO_SUITABLE_KEY_SHARE:
        return true;
    default:
        return false;
    }
}

/* From one of OpenSSL's own reasons. */
static int describe_reason(const struct tls_transport *self, unsigned long code)
{
    const char *operation = tls_operation(self);
    int reason = ERR_GET_REASON(code);

    if (reason == SSL_R_CERTIFICATE_VERIFY_FAILED)
        return ouro_error_set(OURO_ETLSVERIFY, operation, "%s",
                              self->explanation[0] != '\0' ? self->explanation
                                                           : X509_verify_cert_error_string(
                                                                 SSL_get_verify_result(self->ssl)));
    if (self->phase == TLS_SHAKING && reason == SSL_R_WRONG_VERSION_NUMBER)
        return ouro_error_set(OURO_ETLSFOREIGN, operation,
                              "the peer does not speak TLS, or not what we speak: %s",
                              reason_of(code));
    if (reason == SSL_R_CALLBACK_FAILED && self->explanation[0] != '\0')
        return ouro_error_set(OURO_ETLS, operation, "%s", self->explanation);
    if (reason == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE)
        return ouro_error_set(OURO_ETLSVERIFY, operation, "the peer has shown no certificate");
    if (reason >= SSL_AD_REASON_OFFSET && reason < SSL_AD_REASON_OFFSET + 256)
        return describe_alert(self, reason - SSL_AD_REASON_OFFSET);
    if (is_about_agreement(reason))
        return ouro_error_set(OURO_ETLSNOCOMMON, operation, "%s", reason_of(code));
    return ouro_error_set(OURO_ETLS, operation, "%s", reason_of(code));
}

int ouro__tls_describe(struct tls_transport *self)
{
    unsigned long code = ERR_peek_error();
    int status;

    if (self->is_out_of_memory || is_no_memory(code) || is_no_memory(ERR_peek_last_error()))
        return ouro_error_set(-ENOMEM, tls_operation(self), "out of memory");
    if (self->is_flooded)
        return ouro_error_set(OURO_ETLS, tls_operation(self),
                              "the peer changes keys and sends tickets again and again, and no "
                              "data");
    if (self->phase == TLS_SHAKING && describe_foreign(self, &status))
        return status;
    if (ERR_GET_LIB(code) != ERR_LIB_SSL)
        return ouro_error_set(OURO_ETLS, tls_operation(self), "%s", reason_of(code));
    return describe_reason(self, code);
}
