/* The handshake: what is agreed on, and everything that keeps a connection from standing. */
#include "tls_link.h"

#include <openssl/x509.h>

TEST_NET(agreement)
{
    struct tls_link link = { .client = NULL };
    static const char *const client_protocols[] = { "h2", "http/1.1", NULL };
    static const char *const server_protocols[] = { "http/1.1", "h2", NULL };
    ouro_tls_context *client;
    ouro_tls_context *server;
    char pem[4096];
    int len;

    CHECK_INT(ouro_tls_client_context(&client, .ca_pem = authority()->certificate_pem,
                                      .alpn = client_protocols),
              0);
    CHECK_INT(ouro_tls_server_context(&server, .certificate_pem = localhost()->certificate_pem,
                                      .key_pem = localhost()->key_pem, .alpn = server_protocols),
              0);
    shake_hands(&link, client, server);
    CHECK_INT(link.client_status, 0);
    CHECK_INT(link.server_status, 0);
    CHECK_STR(ouro_stream_get_extra_info(link.client, "alpn"), "http/1.1");
    CHECK_STR(ouro_stream_get_extra_info(link.server, "alpn"), "http/1.1");
    CHECK_STR(ouro_stream_get_extra_info(link.server, "sni"), "localhost");
    CHECK_STR(ouro_stream_get_extra_info(link.client, "version"), "TLSv1.3");
    CHECK_STR(ouro_stream_get_extra_info(link.client, "cipher"), "TLS_AES_256_GCM_SHA384");
    CHECK_STR(ouro_stream_get_extra_info(link.client, "transport"), "tls");
    CHECK(ouro_stream_get_extra_info(link.client, "compression") == NULL);
    CHECK(ouro_stream_get_extra_info(link.client, "ssl_object") != NULL);
    CHECK(ouro_stream_get_extra_info(link.client, "peername") != NULL);
    CHECK(ouro_stream_get_extra_info(link.client, "no such thing") == NULL);
    CHECK_INT(
        X509_cmp(ouro_stream_get_extra_info(link.client, "peercert"), localhost()->certificate), 0);
    CHECK(ouro_stream_get_extra_info(link.server, "peercert") == NULL);
    len = ouro_tls_peer_certificate(ouro_stream_transport(link.client), OURO_TLS_PEM, pem,
                                    sizeof pem);
    CHECK_BYTES(pem, (size_t) len, localhost()->certificate_pem.data,
                localhost()->certificate_pem.size);
    CHECK(ouro_tls_peer_certificate(ouro_stream_transport(link.client), OURO_TLS_DER, NULL, 0) >
          200);
    CHECK_INT(ouro_tls_peer_certificate(ouro_stream_transport(link.server), OURO_TLS_PEM, pem, 1),
              -ENOENT);
    CHECK(!ouro_stream_can_write_eof(link.client));
    CHECK_INT(ouro_stream_write_eof(link.client), -EOPNOTSUPP);
    pass_line(link.client, link.server, "there\n");
    pass_line(link.server, link.client, "and back\n");
    close_link(&link);
    return 0;
}

/* A client that trusts `trusted`, and a server that shows `shown`. */
static void expect_refusal(const struct identity *trusted, const struct identity *shown,
                           const char *part)
{
    struct tls_link link = { .client = NULL };
    ouro_tls_context *client;
    ouro_tls_context *server;

    CHECK_INT(ouro_tls_client_context(&client, .ca_pem = trusted->certificate_pem), 0);
    CHECK_INT(ouro_tls_server_context(&server, .certificate_pem = shown->certificate_pem,
                                      .key_pem = shown->key_pem),
              0);
    shake_hands(&link, client, server);
    expect_failure(link.client_status, link.client_text, OURO_ETLSVERIFY, part);
    /* The server is told why: it may have shaken hands for its part before that. */
    if (link.server_status == 0) {
        char byte;

        CHECK_INT(ouro_stream_read(link.server, &byte, 1), OURO_ETLSALERT);
        ouro_ignore(ouro_stream_close(link.server));
    } else {
        CHECK_INT(link.server_status, OURO_ETLSALERT);
    }
}

TEST_NET(certificates_that_are_not_accepted)
{
    static const char hosts[] = "DNS:localhost";
    struct identity expired = MAKE_IDENTITY(.name = "old one", .hosts = hosts,
                                            .issuer = authority(), .from = -9000, .until = -1000);
    struct identity early = MAKE_IDENTITY(.name = "new one", .hosts = hosts, .issuer = authority(),
                                          .from = 9000);
    struct identity alone = MAKE_IDENTITY(.name = "alone", .hosts = hosts);
    struct identity other = MAKE_IDENTITY(.name = "Other authority");
    struct identity foreign = MAKE_IDENTITY(.name = "foreign", .hosts = hosts, .issuer = &other);
    struct identity named = MAKE_IDENTITY(.name = "only.example", .is_lax = true);
    struct identity numeric = MAKE_IDENTITY(.name = "numeric", .issuer = authority(),
                                            .hosts = "IP:2001:db8::1");
    struct identity wrong = MAKE_IDENTITY(.name = "wrong", .issuer = authority(),
                                          .hosts = "DNS:example.org,DNS:*.example.net,"
                                                   "IP:192.0.2.1");

    expect_refusal(authority(), &expired, "old one has expired on 20");
    expect_refusal(authority(), &early, "new one is not yet valid: it will be on 20");
    expect_refusal(authority(), &alone, "alone is self-signed");
    expect_refusal(authority(), &foreign, "foreign was issued by Other authority, who is unknown");
    expect_refusal(authority(), &wrong,
                   "is not for localhost; it is for example.org *.example.net 192.0.2.1");
    expect_refusal(&named, &named, "is not for localhost; it is for only.example");
    expect_refusal(authority(), &numeric, "is not for localhost; it is for 2001:db8::1");
    return 0;
}

/* What a certificate says of itself is shown so that it cannot write to a terminal or a log. */
TEST_NET(certificates_with_names_that_do_harm)
{
    struct identity evil = MAKE_IDENTITY(.name = "x\x1b[2J\nINFO all is well \\ \xe4",
                                         .hosts = "DNS:localhost", .issuer = authority(),
                                         .from = -9000, .until = -1000);
    struct identity other = MAKE_IDENTITY(.name = "other", .hosts = "DNS:e\x1bvil.example",
                                          .issuer = authority());
    struct identity issuer = MAKE_IDENTITY(.name = "is\nsuer");
    struct identity issued = MAKE_IDENTITY(.name = "issued", .hosts = "DNS:localhost",
                                           .issuer = &issuer);

    expect_refusal(authority(), &evil,
                   "of x\\x1b[2J\\x0aINFO all is well \\x5c \\xc3\\xa4 has expired");
    expect_refusal(authority(), &other, "it is for e\\x1bvil.example");
    expect_refusal(authority(), &issued, "issued was issued by is\\x0asuer");
    return 0;
}

TEST_NET(certificates_that_are_accepted)
{
    struct tls_link link = { .client = NULL };
    struct identity alone = MAKE_IDENTITY(.name = "alone", .hosts = "DNS:alone.example");
    ouro_tls_context *client;
    ouro_tls_context *server;

    /* Trusted itself. */
    link.hostname = "alone.example";
    CHECK_INT(ouro_tls_client_context(&client, .ca_pem = alone.certificate_pem), 0);
    CHECK_INT(ouro_tls_server_context(&server, .certificate_pem = alone.certificate_pem,
                                      .key_pem = alone.key_pem),
              0);
    shake_hands(&link, client, ouro_tls_context_ref(server));
    CHECK_INT(link.client_status, 0);
    close_link(&link);
    /* Not looked at. */
    link = (struct tls_link) { .hostname = "localhost" };
    CHECK_INT(ouro_tls_client_context(&client, .no_verify = true), 0);
    shake_hands(&link, client, ouro_tls_context_ref(server));
    CHECK_INT(link.client_status, 0);
    close_link(&link);
    /* Good, for whatever host. */
    link = (struct tls_link) { .hostname = "" };
    CHECK_INT(ouro_tls_client_context(&client, .ca_pem = alone.certificate_pem), 0);
    shake_hands(&link, client, ouro_tls_context_ref(server));
    CHECK_INT(link.client_status, 0);
    close_link(&link);
    /* For an address. */
    link = (struct tls_link) { .hostname = "127.0.0.1" };
    shake_hands(&link, client_context(), server_context());
    CHECK_INT(link.client_status, 0);
    CHECK(ouro_stream_get_extra_info(link.server, "sni") == NULL);
    close_link(&link);
    ouro_tls_context_unref(server);
    return 0;
}

/* What CPython refuses since 3.13. */
TEST_NET(certificates_that_do_not_keep_to_the_rules)
{
    struct identity lax = MAKE_IDENTITY(.name = "Lax authority", .is_lax = true);
    struct identity of_lax = MAKE_IDENTITY(.name = "of lax", .hosts = "DNS:localhost",
                                           .issuer = &lax);
    struct identity rootless = MAKE_IDENTITY(.name = "rootless", .hosts = "DNS:localhost",
                                             .issuer = authority(), .is_lax = true);
    const struct identity *shown[] = { &of_lax, &rootless };
    const struct identity *trusted[] = { &lax, authority() };

    expect_refusal(&lax, &of_lax, "(.no_strict accepts it)");
    expect_refusal(authority(), &rootless, "Missing Authority Key Identifier (.no_strict");
    for (int i = 0; i < 2; i++) {
        struct tls_link link = { .client = NULL };
        ouro_tls_context *client;
        ouro_tls_context *server;

        CHECK_INT(ouro_tls_client_context(&client, .ca_pem = trusted[i]->certificate_pem,
                                          .no_strict = true),
                  0);
        CHECK_INT(ouro_tls_server_context(&server, .certificate_pem = shown[i]->certificate_pem,
                                          .key_pem = shown[i]->key_pem),
                  0);
        shake_hands(&link, client, server);
        CHECK_INT(link.client_status, 0);
        close_link(&link);
    }
    return 0;
}

/* Writes a list of what the authority has revoked: one certificate. */
static void write_revoked(const struct identity *revoked, const char *path)
{
    X509_CRL *list = X509_CRL_new();
    X509_REVOKED *entry = X509_REVOKED_new();
    ASN1_TIME *now = X509_gmtime_adj(NULL, -60);
    ASN1_TIME *later = X509_gmtime_adj(NULL, 3600);
    BIO *bio = BIO_new_file(path, "w");

    X509_CRL_set_version(list, 1);
    X509_CRL_set_issuer_name(list, X509_get_subject_name(authority()->certificate));
    X509_CRL_set1_lastUpdate(list, now);
    X509_CRL_set1_nextUpdate(list, later);
    X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(revoked->certificate));
    X509_REVOKED_set_revocationDate(entry, now);
    X509_CRL_add0_revoked(list, entry);
    CHECK(X509_CRL_sign(list, authority()->key, EVP_sha256()) > 0);
    CHECK_INT(PEM_write_bio_X509_CRL(bio, list), 1);
    BIO_free(bio);
    X509_CRL_free(list);
    ASN1_TIME_free(now);
    ASN1_TIME_free(later);
}

TEST_NET(certificates_that_were_revoked)
{
    struct identity revoked = MAKE_IDENTITY(.name = "revoked one", .hosts = "DNS:localhost",
                                            .issuer = authority());
    char path[] = "/tmp/ouro-crl-XXXXXX";
    int fd = mkstemp(path);
    ouro_tls_context *client;
    ouro_tls_context *server;
    struct tls_link link = { .client = NULL };

    CHECK(fd >= 0);
    close(fd);
    write_revoked(&revoked, path);
    CHECK_INT(
        ouro_tls_client_context(&client, .ca_pem = authority()->certificate_pem, .crl_file = path),
        0);
    unlink(path);
    CHECK_INT(ouro_tls_server_context(&server, .certificate_pem = revoked.certificate_pem,
                                      .key_pem = revoked.key_pem),
              0);
    shake_hands(&link, ouro_tls_context_ref(client), server);
    expect_failure(link.client_status, link.client_text, OURO_ETLSVERIFY,
                   "the certificate of revoked one was revoked");
    if (link.server != NULL)
        ouro_stream_abort(link.server);
    ouro_stream_unref(link.server);
    /* One of the same authority that is not in the list. */
    link = (struct tls_link) { .client = NULL };
    shake_hands(&link, client, server_context());
    CHECK_INT(link.client_status, 0);
    close_link(&link);
    return 0;
}

static ouro_tls_context *demanding_context(ouro_tls_client_certificates demand)
{
    ouro_tls_context *context;

    CHECK_INT(ouro_tls_server_context(&context, .certificate_pem = localhost()->certificate_pem,
                                      .key_pem = localhost()->key_pem,
                                      .ca_pem = authority()->certificate_pem,
                                      .client_certificates = demand),
              0);
    return context;
}

TEST_NET(certificates_of_clients)
{
    struct identity me = MAKE_IDENTITY(.name = "me", .hosts = "DNS:me", .issuer = authority());
    struct tls_link link = { .client = NULL };
    ouro_tls_context *client;
    char byte;

    CHECK_INT(ouro_tls_client_context(&client, .ca_pem = authority()->certificate_pem,
                                      .certificate_pem = me.certificate_pem, .key_pem = me.key_pem),
              0);
    shake_hands(&link, client, demanding_context(OURO_TLS_REQUIRED_CERTIFICATES));
    CHECK_INT(link.server_status, 0);
    CHECK_INT(X509_cmp(ouro_stream_get_extra_info(link.server, "peercert"), me.certificate), 0);
    close_link(&link);
    link = (struct tls_link) { .client = NULL };
    shake_hands(&link, client_context(), demanding_context(OURO_TLS_REQUIRED_CERTIFICATES));
    expect_failure(link.server_status, link.server_text, OURO_ETLSVERIFY,
                   "the peer has shown no certificate");
    /* In TLS 1.3 a client is done before the server has looked. */
    CHECK_INT(link.client_status, 0);
    CHECK_INT(ouro_stream_read(link.client, &byte, 1), OURO_ETLSALERT);
    if (strstr(ouro_error_text(OURO_ETLSALERT), "certificate required") == NULL)
        FAIL("%s", ouro_error_text(OURO_ETLSALERT));
    ouro_ignore(ouro_stream_close(link.client));
    link = (struct tls_link) { .client = NULL };
    shake_hands(&link, client_context(), demanding_context(OURO_TLS_OPTIONAL_CERTIFICATES));
    CHECK_INT(link.server_status, 0);
    close_link(&link);
    return 0;
}

TEST_NET(nothing_in_common)
{
    struct tls_link link = { .client = NULL };
    ouro_tls_context *client;
    ouro_tls_context *server;

    CHECK_INT(ouro_tls_client_context(&client, .ca_pem = authority()->certificate_pem,
                                      .maximum_version = OURO_TLS_1_2),
              0);
    CHECK_INT(ouro_tls_server_context(&server, .certificate_pem = localhost()->certificate_pem,
                                      .key_pem = localhost()->key_pem,
                                      .minimum_version = OURO_TLS_1_3),
              0);
    shake_hands(&link, client, server);
    expect_failure(link.client_status, link.client_text, OURO_ETLSNOCOMMON, "protocol version");
    expect_failure(link.server_status, link.server_text, OURO_ETLSNOCOMMON, "unsupported protocol");
    link = (struct tls_link) { .client = NULL };
    CHECK_INT(ouro_tls_client_context(&client, .ca_pem = authority()->certificate_pem,
                                      .maximum_version = OURO_TLS_1_2,
                                      .ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256"),
              0);
    CHECK_INT(ouro_tls_server_context(&server, .certificate_pem = localhost()->certificate_pem,
                                      .key_pem = localhost()->key_pem,
                                      .ciphers = "ECDHE-ECDSA-AES256-GCM-SHA384"),
              0);
    shake_hands(&link, client, server);
    expect_failure(link.client_status, link.client_text, OURO_ETLSALERT, "handshake failure");
    expect_failure(link.server_status, link.server_text, OURO_ETLSNOCOMMON, "no shared cipher");
    return 0;
}

/* What a peer answers that does not speak TLS. */
static void expect_foreign(bool is_server, ouro_bytes words, int expected, const char *part)
{
    struct tls_link link = { .client = NULL };
    int status;

    connect_pair(link.fds);
    put_bytes(link.fds[1], words.data, words.size);
    if (is_server) {
        ouro_tls_context *context = server_context();

        CHECK_INT(ouro_open_connection(&link.client, .fd = link.fds[0]), 0);
        status = ouro_stream_start_tls(link.client, context, .server_side = true);
        expect_failure(status, ouro_error_text(status), expected, part);
        ouro_stream_unref(link.client);
        ouro_tls_context_unref(context);
    } else {
        ouro_tls_context *context = client_context();

        status = ouro_open_connection(&link.client, .fd = link.fds[0], .tls = context,
                                      .server_hostname = "localhost");
        expect_failure(status, ouro_error_text(status), expected, part);
        ouro_tls_context_unref(context);
    }
    settle();
    close(link.fds[1]);
}

TEST_NET(peers_that_do_not_speak_tls)
{
    expect_foreign(true, OURO_BYTES("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"), OURO_ETLSFOREIGN,
                   "begins with \"GET / ");
    expect_foreign(false, OURO_BYTES("HTTP/1.1 400 Bad Request\r\n\r\n"), OURO_ETLSFOREIGN,
                   "plain HTTP");
    expect_foreign(false, OURO_BYTES("220 mail.example.org ESMTP\r\n"), OURO_ETLSFOREIGN, "220 ma");
    expect_foreign(true, OURO_BYTES("\x16\x03\x01\x00\x02\x05\x02 and so on"), OURO_ETLSFOREIGN,
                   "wrong version number");
    expect_foreign(false, OURO_BYTES("\x16\x03\x03\x00\x04\x02\x00\x00\x00 and more"), OURO_ETLS,
                   "");
    return 0;
}

TEST_NET(peers_that_leave_or_say_nothing)
{
    ouro_tls_context *context = client_context();
    ouro_stream *stream;
    int fds[2];
    int status;

    connect_pair(fds);
    shutdown(fds[1], SHUT_WR);
    status = ouro_open_connection(&stream, .fd = fds[0], .tls = context, .server_hostname = "");
    expect_failure(status, ouro_error_text(status), -ECONNRESET, "in the handshake");
    close(fds[1]);
    connect_pair(fds);
    status = ouro_open_connection(&stream, .fd = fds[0], .tls = context, .server_hostname = "",
                                  .tls_handshake_timeout = 0.001);
    expect_failure(status, ouro_error_text(status), -ECONNABORTED, "longer than 0.001 seconds");
    close(fds[1]);
    ouro_tls_context_unref(context);
    return 0;
}

OURO_ASYNC(open_forever, (ouro_tls_context *, context), (int, fd))
{
    ouro_stream *stream;

    return ouro_open_connection(&stream, .fd = fd, .tls = context, .server_hostname = "localhost");
}

TEST_NET(cancelled_handshake)
{
    ouro_tls_context *context = client_context();
    char data[4096];
    int fds[2];
    ouro_task *task;

    connect_pair(fds);
    task = ouro_create_task(open_forever_coro(context, fds[0]));
    settle();
    CHECK(recv(fds[1], data, sizeof data, MSG_DONTWAIT) > 100); /* its hello */
    ouro_task_cancel(task, NULL);
    CHECK_INT(ouro_await(task), -ECANCELED);
    settle();
    CHECK(recv(fds[1], data, sizeof data, MSG_DONTWAIT) <= 0);
    ouro_task_unref(task);
    close(fds[1]);
    ouro_tls_context_unref(context);
    return 0;
}

TEST_NET(a_shorter_handshake_the_second_time)
{
    ouro_tls_context *client = client_context();
    ouro_tls_context *server = server_context();
    ouro_tls_version versions[] = { OURO_TLS_1_2, OURO_TLS_1_3 };

    for (int i = 0; i < 2; i++) {
        CHECK_INT(SSL_CTX_set_max_proto_version(ouro_tls_context_native(client), (int) versions[i]),
                  1);
        CHECK_INT(SSL_CTX_set_min_proto_version(ouro_tls_context_native(client), (int) versions[i]),
                  1);
        for (int round = 0; round < 3; round++) {
            struct tls_link link = { .client = NULL };

            shake_hands(&link, ouro_tls_context_ref(client), ouro_tls_context_ref(server));
            CHECK_INT(link.client_status, 0);
            pass_line(link.server, link.client, "the tickets come before this\n");
            CHECK_INT(
                SSL_session_reused((SSL *) ouro_stream_get_extra_info(link.client, "ssl_object")),
                round > 0);
            close_link(&link);
        }
    }
    ouro_tls_context_unref(client);
    ouro_tls_context_unref(server);
    return 0;
}

static int serve_nobody(ouro_stream *stream, void *arg)
{
    (void) stream;
    (void) arg;
    return 0;
}

static int connect_by(ouro_tls_context *context, const char *hostname, int fd)
{
    ouro_stream *stream;

    return ouro_open_connection(&stream, .fd = fd, .tls = context, .server_hostname = hostname);
}

/* Names by which a client would accept others than it means. */
TEST_NET(names_that_no_certificate_has)
{
    static const char *const names[] = { ".example.org",          ".org", ".",
                                         "b\303\274cher.example", "a b",  "a\n" };
    static const char *const texts[] = { "no name of a host", "no name of a host",
                                         "no name of a host", "(xn--...)",
                                         "plain ASCII",       "plain ASCII" };
    ouro_tls_context *client = client_context();
    ouro_stream *stream;
    char name[400];
    int fds[2];

    connect_pair(fds);
    for (int i = 0; i < 6; i++) {
        int status = connect_by(client, names[i], fds[0]);

        expect_failure(status, ouro_error_text(status), -EINVAL, texts[i]);
    }
    memset(name, 'x', sizeof name);
    name[256] = '\0';
    CHECK_INT(connect_by(client, name, fds[0]), -EINVAL);
    CHECK(strstr(ouro_error_text(-EINVAL), "256 bytes") != NULL);
    close(fds[0]);
    close(fds[1]);
    /* An empty host is nobody, and not anybody. */
    CHECK_INT(ouro_open_connection(&stream, .host = "", .port = 443, .tls = client), -EINVAL);
    CHECK(strstr(ouro_error_text(-EINVAL), ".server_hostname") != NULL);
    ouro_tls_context_unref(client);
    return 0;
}

TEST_NET(bad_arguments)
{
    ouro_tls_context *client = client_context();
    ouro_tls_context *server = server_context();
    ouro_stream *stream;
    ouro_server *listener;
    int fds[2];

    connect_pair(fds);
    CHECK_INT(connect_by(client, NULL, fds[0]), -EINVAL); /* whom would it check? */
    CHECK_INT(connect_by(server, "localhost", fds[0]), -EINVAL);
    CHECK_INT(ouro_open_connection(&stream, .fd = fds[0], .tls = client, .server_hostname = "",
                                   .tls_handshake_timeout = -1),
              -EINVAL);
    CHECK_INT(ouro_start_server(&listener, serve_nobody, .tls = client), -EINVAL);
    CHECK_INT(ouro_open_connection(&stream, .fd = fds[0]), 0);
    CHECK_INT(ouro_stream_start_tls(stream, NULL), -EINVAL);
    CHECK_INT(ouro_stream_start_tls(stream, client), -EINVAL);
    CHECK_INT(ouro_stream_start_tls(stream, server), -EINVAL); /* it is no server's stream */
    CHECK_INT(ouro_stream_start_tls(NULL, client), -EINVAL);
    CHECK_INT(ouro_stream_close(stream), 0);
    close(fds[1]);
    ouro_tls_context_unref(client);
    ouro_tls_context_unref(server);
    return 0;
}
