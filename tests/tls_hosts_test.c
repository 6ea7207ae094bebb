/* Servers of several hosts: each has its context, and its sessions go on under no other. */
#include "tls_raw.h"

/* What is chosen for a name that is in no table. */
static int choose(const char *name, void *arg, ouro_tls_context **ret_context)
{
    if (name != NULL && strcmp(name, "chosen.example") == 0)
        *ret_context = arg;
    return name != NULL && strcmp(name, "refused.example") == 0 ? -1 : 0;
}

static ouro_tls_context *context_of(const char *host)
{
    char hosts[64];
    struct identity made;
    ouro_tls_context *context;

    snprintf(hosts, sizeof hosts, "DNS:%s", host);
    made = MAKE_IDENTITY(.name = host, .hosts = hosts, .issuer = authority());
    CHECK_INT(ouro_tls_server_context(&context, .certificate_pem = made.certificate_pem,
                                      .key_pem = made.key_pem),
              0);
    return context;
}

TEST_NET(hosts_of_a_server)
{
    ouro_tls_context *chosen = context_of("chosen.example");
    ouro_tls_host hosts[] = { { "Listed.example", context_of("listed.example") },
                              { "*.wild.example", context_of("*.wild.example") } };
    static const char *const names[] = { "listed.example", "a.wild.example", "chosen.example",
                                         "localhost" };
    struct tls_link link;
    ouro_tls_context *server;

    CHECK_INT(ouro_tls_server_context(&server, .certificate_pem = localhost()->certificate_pem,
                                      .key_pem = localhost()->key_pem, .hosts = hosts,
                                      .host_count = 2, .server_name = choose, .arg = chosen),
              0);
    for (int i = 0; i < 4; i++) {
        link = (struct tls_link) { .hostname = names[i] };
        shake_hands(&link, client_context(), ouro_tls_context_ref(server));
        if (link.client_status < 0)
            FAIL("%s: %s", names[i], link.client_text);
        close_link(&link);
    }
    link = (struct tls_link) { .hostname = "refused.example" };
    shake_hands(&link, client_context(), ouro_tls_context_ref(server));
    expect_failure(link.client_status, link.client_text, OURO_ETLSALERT, "unrecognized name");
    expect_failure(link.server_status, link.server_text, OURO_ETLS,
                   "has refused the host \"refused.example\"");
    ouro_tls_context_unref(server);
    ouro_tls_context_unref(chosen);
    ouro_tls_context_unref(hosts[0].context);
    ouro_tls_context_unref(hosts[1].context);
    return 0;
}

/* What each host demands. */

static ouro_tls_context *host_context(const ouro_tls_options *options)
{
    ouro_tls_options completed = *options;
    ouro_tls_context *context;

    completed.certificate_pem = localhost()->certificate_pem;
    completed.key_pem = localhost()->key_pem;
    completed.ca_pem = authority()->certificate_pem;
    completed.size_ = sizeof completed;
    CHECK_INT(ouro_tls_server_context_with(&context, &completed), 0);
    return context;
}

#define HOST_CONTEXT(...) host_context(&(ouro_tls_options) { __VA_ARGS__ })

/* Asks for one host by a session of another one; `*ret_is_reused`: it went on. */
static int resume_as(ouro_tls_context *server, const char *first, const char *second, int version,
                     int *ret_is_reused)
{
    struct raw_client client;
    SSL_SESSION *session;
    int status;

    begin_raw(&client, first, server);
    SSL_set_max_proto_version(client.ssl, version);
    CHECK_INT(finish_raw(&client), 0);
    session = SSL_get1_session(client.ssl);
    CHECK(SSL_SESSION_is_resumable(session));
    end_raw(&client);
    begin_raw(&client, second, server);
    SSL_set_max_proto_version(client.ssl, version);
    CHECK_INT(SSL_set_session(client.ssl, session), 1);
    status = finish_raw(&client);
    *ret_is_reused = SSL_session_reused(client.ssl);
    if (status == 0)
        CHECK_STR(ouro_stream_get_extra_info(client.link.server, "sni"), second);
    else if (strstr(client.link.server_text, "the peer has shown no certificate") == NULL)
        FAIL("%s", client.link.server_text);
    SSL_SESSION_free(session);
    end_raw(&client);
    return status;
}

/* Whoever has a session of an open host does not come into a guarded one by it. */
TEST_NET(sessions_of_another_host)
{
    ouro_tls_context *guarded = HOST_CONTEXT(.client_certificates = OURO_TLS_REQUIRED_CERTIFICATES);
    ouro_tls_host hosts[] = { { "guarded.example", guarded } };
    ouro_tls_context *server = HOST_CONTEXT(.hosts = hosts, .host_count = 1, .server_name = choose,
                                            .arg = guarded);
    static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };
    int is_reused;

    for (int i = 0; i < 2; i++) {
        CHECK_INT(resume_as(server, "open.example", "guarded.example", versions[i], &is_reused),
                  OURO_ETLSVERIFY);
        CHECK_INT(is_reused, 0);
        CHECK_INT(resume_as(server, "open.example", "chosen.example", versions[i], &is_reused),
                  OURO_ETLSVERIFY);
        CHECK_INT(is_reused, 0);
        CHECK_INT(resume_as(server, "open.example", "OPEN.example", versions[i], &is_reused), 0);
        CHECK_INT(is_reused, 1);
        /* Under the same context, but what a program decides by the name is not the same. */
        CHECK_INT(resume_as(server, "open.example", "other.example", versions[i], &is_reused), 0);
        CHECK_INT(is_reused, 0);
    }
    SSL_CTX_free(raw_context());
    ouro_tls_context_unref(guarded);
    ouro_tls_context_unref(server);
    return 0;
}

/* A hello that is sent again asks for the same host, or for none. */
TEST_NET(hellos_that_are_sent_twice)
{
    ouro_tls_context *guarded = HOST_CONTEXT(.client_certificates = OURO_TLS_REQUIRED_CERTIFICATES);
    ouro_tls_host hosts[] = { { "guarded.example", guarded },
                              { "open.example", HOST_CONTEXT(.no_resumption = true) } };
    ouro_tls_context *server = HOST_CONTEXT(.hosts = hosts, .host_count = 2);

    CHECK_INT(SSL_CTX_set1_groups_list(ouro_tls_context_native(server), "P-256"), 1);
    for (int i = 0; i < 2; i++) {
        struct raw_client client;

        begin_raw(&client, "open.example", server);
        CHECK_INT(SSL_set1_groups_list(client.ssl, "X25519:P-256"), 1);
        CHECK(SSL_do_handshake(client.ssl) <= 0); /* the first is on its way */
        if (i == 1)
            (void) SSL_set_tlsext_host_name(client.ssl, "guarded.example");
        CHECK_INT(finish_raw(&client), i == 0 ? 0 : OURO_ETLS);
        if (i == 1 && strstr(client.link.server_text, "asks for another host") == NULL)
            FAIL("%s", client.link.server_text);
        end_raw(&client);
    }
    SSL_CTX_free(raw_context());
    ouro_tls_context_unref(hosts[0].context);
    ouro_tls_context_unref(hosts[1].context);
    ouro_tls_context_unref(server);
    return 0;
}

/* A hello of OpenSSL's for this host. Returns its size. */
static size_t make_hello(const char *name, uint8_t *hello, size_t size)
{
    SSL *ssl = SSL_new(raw_context());
    BIO *sent = BIO_new(BIO_s_mem());
    int count;

    SSL_set_bio(ssl, BIO_new(BIO_s_mem()), sent);
    SSL_set_connect_state(ssl);
    (void) SSL_set_tlsext_host_name(ssl, name);
    CHECK(SSL_do_handshake(ssl) <= 0);
    count = BIO_read(sent, hello, (int) size);
    CHECK(count > 0);
    SSL_free(ssl);
    ERR_clear_error();
    return (size_t) count;
}

TEST_NET(names_that_are_damaged)
{
    static const char name[] = "host.example";
    /* Where from the name on, and by how much: in it, its length, its kind, the list's length. */
    static const int places[] = { 4, -1, -2, -3, -4 };
    static const int changes[] = { -'.', 1, 1, 1, -1 };
    ouro_tls_context *server = server_context();
    uint8_t hello[4096];
    size_t size = make_hello(name, hello, sizeof hello);
    uint8_t *place = memmem(hello, size, name, sizeof name - 1);

    CHECK(place != NULL);
    for (int i = 0; i < 5; i++) {
        ouro_stream *stream;
        int fds[2];
        int status;

        place[places[i]] = (uint8_t) (place[places[i]] + changes[i]);
        connect_pair(fds);
        put_bytes(fds[1], hello, size);
        CHECK_INT(ouro_open_connection(&stream, .fd = fds[0]), 0);
        status = ouro_stream_start_tls(stream, server, .server_side = true);
        expect_failure(status, ouro_error_text(status), OURO_ETLS, "hello is damaged");
        ouro_stream_unref(stream);
        close(fds[1]);
        place[places[i]] = (uint8_t) (place[places[i]] - changes[i]);
    }
    SSL_CTX_free(raw_context());
    ouro_tls_context_unref(server);
    return 0;
}

/* Everything of a host's context counts, not its certificate alone. */
TEST_NET(a_host_has_its_context)
{
    static const char *const protocols[] = { "h2", NULL };
    ouro_tls_context *own = HOST_CONTEXT(.minimum_version = OURO_TLS_1_3, .no_resumption = true,
                                         .require_end = true, .alpn = protocols);
    ouro_tls_host hosts[] = { { "localhost", own } };
    ouro_tls_context *server = HOST_CONTEXT(.hosts = hosts, .host_count = 1);
    ouro_tls_context *client;
    struct tls_link link = { .client = NULL };
    char byte;

    CHECK_INT(ouro_tls_client_context(&client, .ca_pem = authority()->certificate_pem,
                                      .maximum_version = OURO_TLS_1_2),
              0);
    shake_hands(&link, client, ouro_tls_context_ref(server));
    expect_failure(link.server_status, link.server_text, OURO_ETLSNOCOMMON, "unsupported protocol");
    CHECK_INT(link.client_status, OURO_ETLSNOCOMMON);
    CHECK_INT(
        ouro_tls_client_context(&client, .ca_pem = authority()->certificate_pem, .alpn = protocols),
        0);
    for (int i = 0; i < 2; i++) {
        link = (struct tls_link) { .client = NULL };
        shake_hands(&link, ouro_tls_context_ref(client), ouro_tls_context_ref(server));
        CHECK_INT(link.server_status, 0);
        CHECK_PTR(ouro_stream_get_extra_info(link.server, "sslcontext"), own);
        CHECK_STR(ouro_stream_get_extra_info(link.server, "alpn"), "h2");
        pass_line(link.server, link.client, "tickets would come before this\n");
        CHECK_INT(SSL_session_reused((SSL *) ouro_stream_get_extra_info(link.client, "ssl_object")),
                  0);
        shutdown(*(const int *) ouro_stream_get_extra_info(link.client, "socket"), SHUT_WR);
        CHECK_INT(ouro_stream_read(link.server, &byte, 1), OURO_ETLSCUT);
        ouro_stream_abort(link.client);
        ouro_stream_unref(link.client);
        ouro_ignore(ouro_stream_close(link.server));
    }
    ouro_tls_context_unref(client);
    ouro_tls_context_unref(server);
    ouro_tls_context_unref(own);
    return 0;
}

static int choose_badly(const char *name, void *arg, ouro_tls_context **ret_context)
{
    *ret_context = strcmp(name, "client.example") == 0 ? arg : NULL;
    return 0;
}

TEST_NET(contexts_that_cannot_be_chosen)
{
    ouro_tls_context *client = client_context();
    ouro_tls_context *server = HOST_CONTEXT(.server_name = choose_badly, .arg = client);
    static const char *const names[] = { "client.example", "none.example" };
    static const char *const texts[] = { "chosen a context for clients", "chosen no context" };

    for (int i = 0; i < 2; i++) {
        struct tls_link link = { .hostname = names[i] };

        shake_hands(&link, client_context(), ouro_tls_context_ref(server));
        expect_failure(link.client_status, link.client_text, OURO_ETLSALERT, "internal error");
        expect_failure(link.server_status, link.server_text, OURO_ETLS, texts[i]);
    }
    ouro_tls_context_unref(client);
    ouro_tls_context_unref(server);
    return 0;
}
