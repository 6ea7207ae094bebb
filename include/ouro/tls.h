/* TLS: connections that are encrypted, and peers that prove who they are.
 *
 *     ouro_tls_context *tls;
 *     OURO_TRY(ouro_tls_client_context(&tls));
 *     ouro_stream *peer;
 *     int status = ouro_open_connection(&peer, .host = "example.org", .port = 443, .tls = tls);
 *     ouro_tls_context_unref(tls);
 *     OURO_TRY(status);
 *     ...                                                    reads and writes as any stream
 *
 *     OURO_TRY(ouro_tls_server_context(&tls, .certificate_file = "chain.pem",
 *                                      .key_file = "key.pem"));
 *     OURO_TRY(ouro_start_server(&server, handler, .port = 443, .tls = tls));
 *
 * A context holds certificates, keys and settings, and serves any number of connections. Every
 * function that makes connections takes one; ouro_stream_start_tls changes one that is in use to
 * TLS. A call that opens a connection returns when the handshake is done; the handler of a server
 * begins then.
 *
 * What is safe is the default: TLS 1.2 and later; a client accepts a server only if its certificate
 * leads to an authority that the system trusts, keeps to RFC 5280, is valid today, and names the
 * host.
 *
 * The end. A close sends what is queued, then tells the peer that this is the end, and waits for
 * the same from the peer: as long as `.tls_shutdown_timeout` without progress, then the connection
 * ends with -ETIMEDOUT. TLS cannot end one direction alone (no write_eof); but when the peer has
 * ended its own, a stream may go on writing. A peer that just closes its socket is taken as having
 * ended, as asyncio does, since many do so; `.require_end` makes it OURO_ETLSCUT. In the middle of
 * a record it always is, unless this end has closed: then what comes is dropped, and only
 * `.require_end` asks for the peer's end.
 *
 * Failures of the handshake are the result of the call that opens the connection, with a text that
 * says what is wrong with the certificate, in ouro_error_detail: OURO_ETLSVERIFY, OURO_ETLSALERT,
 * OURO_ETLSFOREIGN, OURO_ETLSNOCOMMON, OURO_ETLS; -ECONNABORTED when it takes too long and
 * -ECONNRESET when the peer leaves. In a server they end the connection, and are logged in debug
 * mode.
 *
 * A peer that changes keys again and again and sends no data in between, which costs it little and
 * this end much, is taken for what it is: the connection ends by OURO_ETLS.
 *
 * ouro_transport_get_extra_info, and so ouro_stream_get_extra_info, know beside what is below:
 *     "cipher", "version"    const char *, such as "TLS_AES_256_GCM_SHA384" and "TLSv1.3"
 *     "alpn"                 const char *, the protocol agreed on, or NULL
 *     "sni"                  const char *, the host that the client has asked for, or NULL
 *     "peercert"             X509 *, or NULL; ouro_tls_peer_certificate gives its bytes
 *     "compression"          always NULL
 *     "sslcontext"           ouro_tls_context *
 *     "ssl_object"           SSL *, for whatever else OpenSSL can tell
 *
 * The library is OpenSSL 3. Where Ouro was built without it, the functions that make contexts
 * return -EOPNOTSUPP.
 *
 * Follows asyncio's `ssl` arguments, loop.start_tls and StreamWriter.start_tls, and
 * ssl.create_default_context.
 */
#ifndef OURO_TLS_H
#define OURO_TLS_H

#include "ouro/base.h"
#include "ouro/protocol.h"
#include "ouro/stream.h"
#include "ouro/transport.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ssl_ctx_st; /* OpenSSL's SSL_CTX */

/* Versions, in their order. */
typedef enum ouro_tls_version {
    OURO_TLS_DEFAULT = 0,
    OURO_TLS_1_0 = 0x0301, /* these two are unsafe, and OpenSSL may refuse them */
    OURO_TLS_1_1 = 0x0302,
    OURO_TLS_1_2 = 0x0303,
    OURO_TLS_1_3 = 0x0304,
} ouro_tls_version;

/* What a server wants of its clients. */
typedef enum ouro_tls_client_certificates {
    OURO_TLS_NO_CERTIFICATES = 0,
    OURO_TLS_OPTIONAL_CERTIFICATES, /* one that is shown must be good */
    OURO_TLS_REQUIRED_CERTIFICATES,
} ouro_tls_client_certificates;

/* Writes the password of a key, with a terminating zero, into `ret_password`, which has room for
 * `size` bytes. It is called while the context is made.
 * Returns: 0, or an error, which is that of the call. */
typedef int ouro_tls_password(char *ret_password, size_t size, void *arg);

/* Chooses the context by which a server goes on with a client that has asked for `name` (NULL: for
 * none). It is called in the handshake, and must not suspend. `*ret_context` is the server's own at
 * first, and borrowed; NULL or one for clients ends the handshake.
 * Returns: 0; a negative number ends the handshake: no such host. */
typedef int ouro_tls_server_name(const char *name, void *arg, ouro_tls_context **ret_context);

/* One line of a server's table of names. */
typedef struct ouro_tls_host {
    const char *name; /* such as "example.org", or "*.example.org": one more label in front */
    ouro_tls_context *context;
} ouro_tls_host;

/* Pointers are borrowed for the call, but for `arg`. Bytes whose `data` is NULL are not given;
 * those that are given and empty are OURO_ETLSSETUP. */
typedef struct ouro_tls_options {
    /* Whom to trust. Without any of these three, whom the system trusts. */
    const char *ca_file;      /* certificates of authorities, in PEM */
    const char *ca_directory; /* the same, as files that are named by hashes */
    ouro_bytes ca_pem;        /* the same, in memory */
    const char *crl_file;   /* what they have revoked, in PEM: then everything is checked for it */
    bool no_verify;         /* a client takes any certificate: who listens in is not noticed */
    bool no_check_hostname; /* it may name any host */
    bool no_strict; /* certificates that do not keep to RFC 5280, as those of old authorities, are
                       good too: without key usage, or with no identifier of their key */
    ouro_tls_client_certificates client_certificates; /* of a server */

    /* Who we are: a certificate with those that lead to its authority, and its key, in PEM. A
     * server needs them; a client may. */
    const char *certificate_file;
    const char *key_file; /* default: the key is in the file of the certificate */
    ouro_bytes certificate_pem;
    ouro_bytes key_pem;
    const char *password; /* of the key; or: */
    ouro_tls_password *get_password;

    /* What is agreed upon. */
    ouro_tls_version minimum_version; /* default 1.2 */
    ouro_tls_version maximum_version; /* default the newest */
    const char *ciphers;      /* of TLS 1.2, as OpenSSL's SSL_CTX_set_cipher_list has them */
    const char *ciphersuites; /* of TLS 1.3 */
    const char *const *alpn; /* application protocols, the best first, such as "h2"; ends with NULL.
                                A server chooses the first of its own that the client has too */

    /* Of a server for several hosts. A name that is in the table, which is copied, has its context
     * and everything of it, as if that were the server's own; what is in none gets this one. A
     * session goes on only for the name that it was begun for, and under the same context. */
    const ouro_tls_host *hosts;
    size_t host_count;
    ouro_tls_server_name *server_name; /* asked for names that are not in the table */

    bool no_resumption; /* every connection has a full handshake: a server gives no tickets, a
                           client keeps none. Else a client remembers sessions by host */
    bool require_end;   /* a peer that closes its socket without an end has cut the connection */
    void *arg;          /* of the two functions; must be valid as long as the context */
    size_t size_;
} ouro_tls_options;

/* Makes a context for clients, with one reference. A context belongs to the thread that makes it,
 * and so do its connections; loops in other threads have contexts of their own.
 * Returns: 0; OURO_ETLSSETUP with a text that names the file and what is wrong with it; -ENOENT and
 * the like for files that cannot be read; the error of `get_password`; -EINVAL; -ENOMEM;
 * -EOPNOTSUPP without OpenSSL. Follows ssl.create_default_context. */
OURO_CHECKED OURO_API int ouro_tls_client_context_with(ouro_tls_context **ret_context,
                                                       const ouro_tls_options *options);

/* The same for servers. */
OURO_CHECKED OURO_API int ouro_tls_server_context_with(ouro_tls_context **ret_context,
                                                       const ouro_tls_options *options);

/* Takes one more reference. Returns `context`. NULL is allowed. */
OURO_API ouro_tls_context *ouro_tls_context_ref(ouro_tls_context *context);

/* Gives a reference back. Connections and servers keep their own. Returns NULL. NULL is allowed. */
OURO_API ouro_tls_context *ouro_tls_context_unref(ouro_tls_context *context);

/* Returns OpenSSL's own context, borrowed, for settings that have no option here. */
OURO_API struct ssl_ctx_st *ouro_tls_context_native(ouro_tls_context *context);

typedef struct ouro_tls_start_options {
    bool server_side;            /* this end is the server; always so in the handler of one */
    const char *server_hostname; /* whom the server's certificate has to name, in ASCII (xn--...): a
                                    client must give it; "": anybody whose certificate is good */
    double handshake_timeout;    /* seconds; default 60 */
    double shutdown_timeout;     /* seconds; default 30 */
    size_t size_;
} ouro_tls_start_options;

/* Goes on with TLS on a stream that has been plain: ouro_stream_start_tls(stream, tls,
 * .server_hostname = "mail.example.org"). What was written before is sent first, plainly; what has
 * come already and was not read is taken for the peer's part of the handshake. Nobody else may read
 * or write meanwhile.
 * Returns: 0; a failure of the handshake as in the overview, and the stream is aborted; OURO_EINUSE
 * if another task reads; OURO_ECLOSED; -EINVAL without a name to check, or with one that no
 * certificate can have.
 * Suspends: until the handshake is done.   Cancelled: the stream is aborted.
 * Follows StreamWriter.start_tls. */
OURO_SUSPENDS OURO_API int ouro_stream_start_tls_with(ouro_stream *stream,
                                                      ouro_tls_context *context,
                                                      const ouro_tls_start_options *options);

/* The same for a protocol: if it succeeds, `ret_transport` (may be NULL) borrows the transport that
 * is to be used from now on in place of `transport`, and that has `protocol`, for which
 * connection_made is not called. If it fails, connection_lost is called.
 * Returns: as ouro_stream_start_tls; OURO_EINUSE for the transport of a stream; OURO_EINVALIDSTATE
 * before connection_made.
 * Suspends: until the handshake is done.   Cancelled: the connection is aborted.
 * Follows loop.start_tls. */
OURO_SUSPENDS OURO_API int ouro_loop_start_tls_with(ouro_loop *loop, ouro_transport *transport,
                                                    ouro_protocol *protocol,
                                                    ouro_tls_context *context,
                                                    ouro_transport **ret_transport,
                                                    const ouro_tls_start_options *options);

/* Forms of a certificate. */
typedef enum ouro_tls_form {
    OURO_TLS_PEM,
    OURO_TLS_DER,
} ouro_tls_form;

/* Writes the peer's certificate into `buffer`, as far as `size` allows.
 * Returns: its length, also where that is more than `size`; -ENOENT if the peer has shown none;
 * -EINVAL if the transport is not TLS; -ENOMEM. Follows ssl.SSLSocket.getpeercert. */
OURO_CHECKED OURO_API int ouro_tls_peer_certificate(ouro_transport *transport, ouro_tls_form form,
                                                    void *buffer, size_t size);

#ifndef __cplusplus
#define ouro_tls_client_context(...)                                                               \
    OURO_TLS_CONTEXT_(ouro_tls_client_context_with, __VA_ARGS__, .size_ = sizeof(ouro_tls_options))
#define ouro_tls_server_context(...)                                                               \
    OURO_TLS_CONTEXT_(ouro_tls_server_context_with, __VA_ARGS__, .size_ = sizeof(ouro_tls_options))
#define OURO_TLS_CONTEXT_(function_, ret_context_, ...)                                            \
    function_((ret_context_), &(ouro_tls_options) { __VA_ARGS__ })
#define ouro_stream_start_tls(stream, ...)                                                         \
    OURO_STREAM_START_TLS_(stream, __VA_ARGS__, .size_ = sizeof(ouro_tls_start_options))
#define OURO_STREAM_START_TLS_(stream, context, ...)                                               \
    ouro_stream_start_tls_with((stream), (context), &(ouro_tls_start_options) { __VA_ARGS__ })
#define ouro_loop_start_tls(loop, transport, protocol, context, ...)                               \
    OURO_LOOP_START_TLS_(loop, transport, protocol, context, __VA_ARGS__,                          \
                         .size_ = sizeof(ouro_tls_start_options))
#define OURO_LOOP_START_TLS_(loop, transport, protocol, context, ret_transport, ...)               \
    ouro_loop_start_tls_with((loop), (transport), (protocol), (context), (ret_transport),          \
                             &(ouro_tls_start_options) { __VA_ARGS__ })
#endif

#ifdef __cplusplus
}
#endif

#endif
