/* For tests of TLS: certificates made on the spot, contexts, and a plain socket as the other end.
 *
 *     the test -- plain socket -- relay -- TLS over a socket -- the stream that is tested
 *
 * The relay is OpenSSL by itself, in callbacks of the loop: what goes wrong is not the same twice.
 */
#ifndef TESTS_TLS_PROBE_H
#define TESTS_TLS_PROBE_H

#include "net_probe.h"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

/* A certificate and its key, both also in PEM. */
struct identity {
    X509 *certificate;
    EVP_PKEY *key;
    ouro_bytes certificate_pem;
    ouro_bytes key_pem;
};

struct identity_options {
    const char *name;  /* CN */
    const char *hosts; /* such as "DNS:localhost,IP:127.0.0.1"; NULL: it is an authority */
    const struct identity *issuer; /* NULL: itself */
    long from;                     /* seconds from now; default: a day ago */
    long until;                    /* default: in a day */
    bool is_lax; /* an authority without key usage, or what is issued has no authority's key */
};

/* What is made here stays until the test ends, and is no leak. It is volatile: nothing reads it but
 * the tools that look for leaks, and a compiler leaves out what nothing reads. */
static void *volatile kept[64];

static inline void *keep(void *block)
{
    static int next;

    CHECK(block != NULL && next < 64);
    return kept[next++] = block;
}

static inline ouro_bytes pem_of(BIO *bio)
{
    char *data;
    long size = BIO_get_mem_data(bio, &data);
    uint8_t *copy = keep(malloc((size_t) size + 1));

    memcpy(copy, data, (size_t) size);
    copy[size] = '\0';
    BIO_free(bio);
    return (ouro_bytes) { copy, (size_t) size };
}

static inline void add_extension(X509 *certificate, X509 *issuer, int kind, const char *value)
{
    X509V3_CTX context;
    X509_EXTENSION *extension;

    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    extension = X509V3_EXT_conf_nid(NULL, &context, kind, value);
    CHECK(extension != NULL);
    CHECK_INT(X509_add_ext(certificate, extension, -1), 1);
    X509_EXTENSION_free(extension);
}

static inline struct identity make_identity(struct identity_options options)
{
    static long serial = 1;
    struct identity made = { .key = keep(EVP_EC_gen("P-256")), .certificate = keep(X509_new()) };
    X509 *certificate = made.certificate;
    X509_NAME *name = X509_get_subject_name(certificate);
    X509 *issuer = options.issuer != NULL ? options.issuer->certificate : certificate;
    BIO *bio;

    (void) X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial++);
    X509_gmtime_adj(X509_getm_notBefore(certificate), options.from != 0 ? options.from : -86400);
    X509_gmtime_adj(X509_getm_notAfter(certificate), options.until != 0 ? options.until : 86400);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *) options.name, -1,
                               -1, 0);
    X509_set_issuer_name(certificate, X509_get_subject_name(issuer));
    X509_set_pubkey(certificate, made.key);
    add_extension(certificate, issuer, NID_subject_key_identifier, "hash");
    if (options.hosts == NULL)
        add_extension(certificate, issuer, NID_basic_constraints, "critical,CA:TRUE");
    else
        add_extension(certificate, issuer, NID_subject_alt_name, options.hosts);
    if (options.hosts == NULL && !options.is_lax)
        add_extension(certificate, issuer, NID_key_usage, "critical,keyCertSign,cRLSign");
    if (options.issuer != NULL && !options.is_lax)
        add_extension(certificate, issuer, NID_authority_key_identifier, "keyid");
    CHECK(X509_sign(certificate, options.issuer != NULL ? options.issuer->key : made.key,
                    EVP_sha256()) > 0);
    bio = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(bio, certificate);
    made.certificate_pem = pem_of(bio);
    bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey(bio, made.key, NULL, NULL, 0, NULL, NULL);
    made.key_pem = pem_of(bio);
    return made;
}

#define MAKE_IDENTITY(...) make_identity((struct identity_options) { __VA_ARGS__ })

/* The usual ones, made when they are first asked for. */
static inline const struct identity *authority(void)
{
    static struct identity made;

    if (made.key == NULL)
        made = MAKE_IDENTITY(.name = "Test authority");
    return &made;
}

static inline const struct identity *localhost(void)
{
    static struct identity made;

    if (made.key == NULL)
        made = MAKE_IDENTITY(.name = "localhost", .hosts = "DNS:localhost,IP:127.0.0.1",
                             .issuer = authority());
    return &made;
}

static inline ouro_tls_context *server_context(void)
{
    ouro_tls_context *context;

    CHECK_INT(ouro_tls_server_context(&context, .certificate_pem = localhost()->certificate_pem,
                                      .key_pem = localhost()->key_pem),
              0);
    return context;
}

static inline ouro_tls_context *client_context(void)
{
    ouro_tls_context *context;

    CHECK_INT(ouro_tls_client_context(&context, .ca_pem = authority()->certificate_pem), 0);
    return context;
}

/* The relay. */

enum { RELAY_SIZE = 4096, RELAYS_MAX = 16 };

/* One direction: bytes that were read and not yet written. */
struct relay_bytes {
    char data[RELAY_SIZE];
    size_t size;
    bool has_ended;
};

struct relay {
    ouro_loop *loop;
    SSL *ssl;
    int tls_fd;
    int plain_fd;
    struct relay_bytes to_tls;
    struct relay_bytes to_plain;
    unsigned watched; /* bits: reader and writer of the one, of the other */
    bool is_farewell_sent;
};

static struct relay *relays[RELAYS_MAX];

static void relay_turn(void *arg);

/* Watches a descriptor, or no longer. */
static inline void relay_watch(struct relay *relay, int fd, unsigned bit, bool is_wanted)
{
    bool is_reader = (bit & 5) != 0;

    if (((relay->watched & bit) != 0) == is_wanted)
        return;
    relay->watched ^= bit;
    if (is_wanted && is_reader)
        CHECK_INT(ouro_loop_add_reader(relay->loop, fd, relay_turn, relay), 0);
    else if (is_wanted)
        CHECK_INT(ouro_loop_add_writer(relay->loop, fd, relay_turn, relay), 0);
    else if (is_reader)
        (void) ouro_loop_remove_reader(relay->loop, fd);
    else
        (void) ouro_loop_remove_writer(relay->loop, fd);
}

static inline void relay_close(struct relay *relay, bool is_reset)
{
    struct linger linger = { .l_onoff = 1 };

    relay_watch(relay, relay->tls_fd, 1, false);
    relay_watch(relay, relay->tls_fd, 2, false);
    relay_watch(relay, relay->plain_fd, 4, false);
    relay_watch(relay, relay->plain_fd, 8, false);
    if (is_reset) {
        (void) setsockopt(relay->tls_fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
        (void) setsockopt(relay->plain_fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    }
    close(relay->tls_fd);
    close(relay->plain_fd);
    SSL_free(relay->ssl);
    for (int i = 0; i < RELAYS_MAX; i++)
        if (relays[i] == relay)
            relays[i] = NULL;
    free(relay);
}

/* Ends the relays of a test. */
__attribute__((unused)) static int end_probe(int status)
{
    for (int i = 0; i < RELAYS_MAX; i++)
        if (relays[i] != NULL)
            relay_close(relays[i], false);
    return status;
}

/* Each returns true if something has moved; `*ret_is_broken` if a side was reset. */
static inline bool relay_to_tls(struct relay *relay, bool *ret_is_broken)
{
    struct relay_bytes *bytes = &relay->to_tls;
    int result;

    if (bytes->size == 0 && !bytes->has_ended) {
        ssize_t count = recv(relay->plain_fd, bytes->data, RELAY_SIZE, MSG_DONTWAIT);

        *ret_is_broken = count < 0 && errno != EAGAIN;
        bytes->has_ended = count == 0;
        bytes->size = count > 0 ? (size_t) count : 0;
    }
    if (bytes->size == 0 || relay->is_farewell_sent)
        return false;
    result = SSL_write(relay->ssl, bytes->data, (int) bytes->size);
    if (result > 0) {
        bytes->size = 0;
        return true;
    }
    result = SSL_get_error(relay->ssl, result);
    *ret_is_broken = result != SSL_ERROR_WANT_WRITE && result != SSL_ERROR_WANT_READ;
    return false;
}

static inline bool relay_to_plain(struct relay *relay, bool *ret_is_broken)
{
    struct relay_bytes *bytes = &relay->to_plain;
    ssize_t sent;

    if (bytes->size == 0 && !bytes->has_ended) {
        int count = SSL_read(relay->ssl, bytes->data, RELAY_SIZE);
        int error = count <= 0 ? SSL_get_error(relay->ssl, count) : 0;

        bytes->size = count > 0 ? (size_t) count : 0;
        bytes->has_ended = error == SSL_ERROR_ZERO_RETURN;
        *ret_is_broken = count <= 0 && !bytes->has_ended && error != SSL_ERROR_WANT_READ &&
                         error != SSL_ERROR_WANT_WRITE;
        if (bytes->has_ended)
            (void) shutdown(relay->plain_fd, SHUT_WR);
    }
    if (bytes->size == 0)
        return false;
    sent = send(relay->plain_fd, bytes->data, bytes->size, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0) {
        *ret_is_broken = errno != EAGAIN;
        return false;
    }
    bytes->size -= (size_t) sent;
    memmove(bytes->data, bytes->data + sent, bytes->size);
    return true;
}

/* Moves what can be moved, then watches for what may be moved next. */
static void relay_turn(void *arg)
{
    struct relay *relay = arg;
    bool is_moving = true;
    bool is_broken = false;

    while (is_moving && !is_broken) {
        ERR_clear_error();
        is_moving = relay_to_tls(relay, &is_broken);
        if (!is_broken)
            is_moving |= relay_to_plain(relay, &is_broken);
    }
    if (!is_broken && !relay->is_farewell_sent && SSL_is_init_finished(relay->ssl) &&
        ((relay->to_tls.has_ended && relay->to_tls.size == 0) || relay->to_plain.has_ended)) {
        relay->is_farewell_sent = true;
        (void) SSL_shutdown(relay->ssl);
    }
    if (is_broken || (relay->to_tls.has_ended && relay->to_plain.has_ended)) {
        relay_close(relay, is_broken);
        return;
    }
    relay_watch(relay, relay->tls_fd, 1, relay->to_plain.size == 0 && !relay->to_plain.has_ended);
    relay_watch(relay, relay->tls_fd, 2, relay->to_tls.size > 0 && !relay->is_farewell_sent);
    relay_watch(relay, relay->plain_fd, 4, relay->to_tls.size == 0 && !relay->to_tls.has_ended);
    relay_watch(relay, relay->plain_fd, 8, relay->to_plain.size > 0);
}

static inline SSL_CTX *relay_context(void)
{
    static SSL_CTX *context;

    if (context != NULL)
        return context;
    context = SSL_CTX_new(TLS_server_method());
    CHECK_INT(SSL_CTX_use_certificate(context, localhost()->certificate), 1);
    CHECK_INT(SSL_CTX_use_PrivateKey(context, localhost()->key), 1);
    SSL_CTX_set_mode(context, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF);
    return context;
}

/* Starts the server's side of TLS on a socket. Returns the plain socket at its other end. */
static inline int start_relay(int fd)
{
    struct relay *relay = calloc(1, sizeof *relay);
    int size = 65536;
    int fds[2];
    int i = 0;

    while (relays[i] != NULL)
        CHECK(++i < RELAYS_MAX);
    relays[i] = relay;
    connect_pair(fds);
    /* Little shall be on its way, so that tests meet what happens then. */
    (void) setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    (void) setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    relay->loop = ouro_get_running_loop();
    relay->tls_fd = fd;
    relay->plain_fd = fds[0];
    (void) fcntl(fd, F_SETFL, O_NONBLOCK);
    relay->ssl = SSL_new(relay_context());
    SSL_set_fd(relay->ssl, fd);
    SSL_set_accept_state(relay->ssl);
    relay_turn(relay);
    return fds[1];
}

static inline struct pair open_tls_pair(size_t limit)
{
    ouro_tls_context *context = client_context();
    struct pair pair;
    int fds[2];

    connect_pair(fds);
    pair.peer = start_relay(fds[1]);
    CHECK_INT(ouro_open_connection(&pair.stream, .fd = fds[0], .limit = limit, .tls = context,
                                   .server_hostname = "localhost"),
              0);
    ouro_tls_context_unref(context);
    return pair;
}

#endif
