/* Protocols over TLS: the order of what is called, flow control, buffers of one's own, and TLS on
 * a transport that has been plain.
 */
#include "tls_link.h"

#include <stdarg.h>

/* A protocol that writes down what happens. */
struct recorder {
    ouro_protocol protocol;
    ouro_transport *transport;
    char log[1024];
    size_t received;
    size_t paused_at;
    int lost;
    bool is_lost;
    bool keeps_open; /* what eof_received answers */
    bool is_quiet;   /* data is counted only */
    uint8_t buffer[100];
    ouro_server *server;
};

static void note(struct recorder *self, const char *format, ...)
{
    size_t used = strlen(self->log);
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(self->log + used, sizeof self->log - used, format, arguments);
    va_end(arguments);
}

static int made(ouro_protocol *protocol, ouro_transport *transport)
{
    struct recorder *self = (struct recorder *) protocol;

    self->transport = transport;
    note(self, "made;");
    return 0;
}

static void lost(ouro_protocol *protocol, int status)
{
    struct recorder *self = (struct recorder *) protocol;

    self->is_lost = true;
    self->lost = status;
    note(self, "lost %s;", ouro_errname(status));
}

static int data_received(ouro_protocol *protocol, ouro_bytes data)
{
    struct recorder *self = (struct recorder *) protocol;

    self->received += data.size;
    if (!self->is_quiet)
        note(self, "data %.*s;", (int) data.size, (const char *) data.data);
    return 0;
}

static int eof_received(ouro_protocol *protocol)
{
    struct recorder *self = (struct recorder *) protocol;

    note(self, "eof;");
    return self->keeps_open;
}

static void pause_writing(ouro_protocol *protocol)
{
    struct recorder *self = (struct recorder *) protocol;

    self->paused_at = ouro_transport_get_write_buffer_size(self->transport);
    note(self, "pause;");
}

static void resume_writing(ouro_protocol *protocol)
{
    note((struct recorder *) protocol, "resume;");
}

static const ouro_protocol_callbacks recording = {
    .connection_made = made,
    .connection_lost = lost,
    .data_received = data_received,
    .eof_received = eof_received,
    .pause_writing = pause_writing,
    .resume_writing = resume_writing,
};

static int get_buffer(ouro_protocol *protocol, size_t hint, void **ret_buffer, size_t *ret_size)
{
    struct recorder *self = (struct recorder *) protocol;

    (void) hint;
    *ret_buffer = self->buffer;
    *ret_size = sizeof self->buffer;
    return 0;
}

static int buffer_updated(ouro_protocol *protocol, size_t count)
{
    struct recorder *self = (struct recorder *) protocol;

    return data_received(protocol, (ouro_bytes) { self->buffer, count });
}

static const ouro_protocol_callbacks buffered = {
    .connection_made = made,
    .connection_lost = lost,
    .get_buffer = get_buffer,
    .buffer_updated = buffer_updated,
    .eof_received = eof_received,
};

static ouro_protocol *give(void *arg)
{
    return arg;
}

/* Waits until a recorder's log is this. */
static void expect_log(const struct recorder *recorder, const char *log)
{
    for (int i = 0; strcmp(recorder->log, log) != 0; i++) {
        if (i > 2000)
            FAIL("the log is \"%s\", expected \"%s\"", recorder->log, log);
        settle();
    }
}

/* Connects two recorders by a server of the loop. */
static void connect_recorders(struct recorder *client, struct recorder *server)
{
    ouro_loop *loop = ouro_get_running_loop();
    ouro_tls_context *contexts[] = { client_context(), server_context() };

    CHECK_INT(ouro_loop_create_server(loop, &server->server, give, .host = "127.0.0.1",
                                      .arg = server, .tls = contexts[1]),
              0);
    CHECK_INT(ouro_loop_create_connection(loop, &client->protocol, NULL, .host = "127.0.0.1",
                                          .port = ouro_server_port(server->server),
                                          .tls = contexts[0]),
              0);
    for (int i = 0; server->transport == NULL; i++) {
        CHECK(i < 2000);
        settle();
    }
    ouro_server_close(server->server);
    ouro_tls_context_unref(contexts[0]);
    ouro_tls_context_unref(contexts[1]);
}

static void end_recorders(struct recorder *server)
{
    CHECK_INT(ouro_server_wait_closed(server->server), 0);
    ouro_server_unref(server->server);
}

TEST_NET(a_life_over_tls)
{
    static struct recorder client;
    static struct recorder server;

    client = (struct recorder) { .protocol.callbacks = &recording };
    server = (struct recorder) { .protocol.callbacks = &recording, .keeps_open = true };
    connect_recorders(&client, &server);
    CHECK_INT(ouro_transport_write(client.transport, BYTES("one")), 0);
    expect_log(&server, "made;data one;");
    CHECK_INT(ouro_transport_write(server.transport, BYTES("two")), 0);
    expect_log(&client, "made;data two;");
    CHECK(ouro_transport_get_protocol(client.transport) == &client.protocol);
    ouro_transport_pause_reading(client.transport);
    CHECK_INT(ouro_transport_write(server.transport, BYTES("three")), 0);
    settle();
    expect_log(&client, "made;data two;");
    ouro_transport_resume_reading(client.transport);
    expect_log(&client, "made;data two;data three;");
    ouro_transport_close(client.transport);
    /* Over TLS the peer's end is the end, whatever eof_received says. */
    expect_log(&server, "made;data one;eof;lost OK;");
    expect_log(&client, "made;data two;data three;lost OK;");
    end_recorders(&server);
    return 0;
}

TEST_NET(buffers_of_ones_own)
{
    static struct recorder client;
    static struct recorder server;
    static const uint8_t zeros[1000];

    client = (struct recorder) { .protocol.callbacks = &recording };
    server = (struct recorder) { .protocol.callbacks = &buffered, .is_quiet = true };
    connect_recorders(&client, &server);
    for (int i = 0; i < 300; i++)
        CHECK_INT(ouro_transport_write(client.transport, (ouro_bytes) { zeros, sizeof zeros }), 0);
    ouro_transport_close(client.transport);
    expect_log(&server, "made;eof;lost OK;");
    CHECK_INT(server.received, 300000);
    end_recorders(&server);
    return 0;
}

TEST_NET(writing_is_paused_above_the_mark)
{
    static struct recorder client;
    static struct recorder server;
    static uint8_t zeros[65536];
    size_t total = 0;

    client = (struct recorder) { .protocol.callbacks = &recording };
    server = (struct recorder) { .protocol.callbacks = &recording, .is_quiet = true };
    connect_recorders(&client, &server);
    ouro_transport_pause_reading(server.transport);
    while (client.paused_at == 0) {
        CHECK(!client.is_lost); /* its transport would be gone */
        CHECK_INT(ouro_transport_write(client.transport, (ouro_bytes) { zeros, sizeof zeros }), 0);
        total += sizeof zeros;
        settle();
    }
    CHECK(client.paused_at > (512 << 10) && client.paused_at <= (576 << 10));
    expect_log(&client, "made;pause;");
    ouro_transport_resume_reading(server.transport);
    expect_log(&client, "made;pause;resume;");
    ouro_transport_close(client.transport);
    expect_log(&server, "made;eof;lost OK;");
    CHECK_INT(server.received, total);
    expect_log(&client, "made;pause;resume;lost OK;");
    end_recorders(&server);
    return 0;
}

OURO_ASYNC(upgrade, (struct recorder *, recorder), (ouro_tls_context *, context), (bool, is_server))
{
    return ouro_loop_start_tls(ouro_get_running_loop(), recorder->transport, &recorder->protocol,
                               context, &recorder->transport, .server_side = is_server,
                               .server_hostname = "localhost");
}

TEST_NET(plain_transports_go_on_with_tls)
{
    static struct recorder ends[2];
    ouro_loop *loop = ouro_get_running_loop();
    ouro_tls_context *contexts[] = { client_context(), server_context() };
    int fds[2];

    connect_pair(fds);
    for (int i = 0; i < 2; i++) {
        ends[i] = (struct recorder) { .protocol.callbacks = &recording };
        CHECK_INT(ouro_loop_create_connection(loop, &ends[i].protocol, NULL, .fd = fds[i]), 0);
    }
    expect_log(&ends[0], "made;");
    CHECK_INT(ouro_transport_write(ends[0].transport, BYTES("plain")), 0);
    expect_log(&ends[1], "made;data plain;");
    CHECK_INT(ouro_gather(upgrade_coro(&ends[0], contexts[0], false),
                          upgrade_coro(&ends[1], contexts[1], true)),
              0);
    CHECK_STR(ouro_transport_get_extra_info(ends[1].transport, "transport"), "tls");
    CHECK_INT(ouro_transport_write(ends[0].transport, BYTES("secret")), 0);
    expect_log(&ends[1], "made;data plain;data secret;");
    ouro_transport_close(ends[1].transport);
    expect_log(&ends[0], "made;eof;lost OK;");
    expect_log(&ends[1], "made;data plain;data secret;lost OK;");
    ouro_tls_context_unref(contexts[0]);
    ouro_tls_context_unref(contexts[1]);
    return 0;
}

/* If it fails, the caller has no transport that is gone. */
TEST_NET(tls_that_does_not_begin)
{
    static struct recorder client;
    ouro_tls_context *context = client_context();
    ouro_transport *upgraded = NULL;
    int fds[2];

    client = (struct recorder) { .protocol.callbacks = &recording };
    connect_pair(fds);
    CHECK_INT(
        ouro_loop_create_connection(ouro_get_running_loop(), &client.protocol, NULL, .fd = fds[0]),
        0);
    put(fds[1], "no TLS at all");
    CHECK_INT(ouro_loop_start_tls(ouro_get_running_loop(), client.transport, &client.protocol,
                                  context, &upgraded, .server_hostname = "localhost"),
              OURO_ETLSFOREIGN);
    CHECK_PTR(upgraded, NULL);
    for (int i = 0; !client.is_lost && i < 100; i++)
        settle();
    CHECK_INT(client.lost, OURO_ETLSFOREIGN);
    close(fds[1]);
    ouro_tls_context_unref(context);
    return 0;
}

/* A client whose handshake fails has no protocol that was ever called. */
TEST_NET(a_handshake_that_fails_calls_nothing)
{
    static struct recorder client;
    static struct recorder server;
    ouro_loop *loop = ouro_get_running_loop();
    ouro_tls_context *contexts[] = { client_context(), server_context() };

    client = (struct recorder) { .protocol.callbacks = &recording };
    server = (struct recorder) { .protocol.callbacks = &recording };
    CHECK_INT(ouro_loop_create_server(loop, &server.server, give, .host = "127.0.0.1",
                                      .arg = &server, .tls = contexts[1]),
              0);
    CHECK_INT(ouro_loop_create_connection(loop, &client.protocol, NULL, .host = "127.0.0.1",
                                          .port = ouro_server_port(server.server),
                                          .tls = contexts[0], .server_hostname = "example.org"),
              OURO_ETLSVERIFY);
    CHECK(strstr(ouro_error_detail()->text, "the certificate is not for example.org") != NULL);
    CHECK_STR(ouro_error_detail()->operation, "create_connection");
    ouro_server_close(server.server);
    end_recorders(&server);
    CHECK_STR(client.log, "");
    ouro_tls_context_unref(contexts[0]);
    ouro_tls_context_unref(contexts[1]);
    return 0;
}
