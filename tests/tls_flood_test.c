/* Peers that make others wait, or make much work by few bytes: a loop serves the others besides. */
#include "tls_raw.h"

#include "base/bounds.h"

static SSL *ssl_of(ouro_stream *stream)
{
    return (SSL *) ouro_stream_get_extra_info(stream, "ssl_object");
}

/* Queues so many changes of keys: 27 bytes each, which cost the peer as much as many pages. */
static void change_keys(ouro_stream *stream, int count, int kind)
{
    while (count-- > 0) {
        CHECK_INT(SSL_key_update(ssl_of(stream), kind), 1);
        CHECK_INT(SSL_do_handshake(ssl_of(stream)), 1);
    }
}

static void give_up(struct tls_link *link)
{
    ouro_stream_abort(link->client);
    ouro_stream_abort(link->server);
    ouro_stream_unref(link->client);
    ouro_stream_unref(link->server);
}

TEST_NET(keys_that_are_changed_without_end)
{
    struct tls_link link = { .client = NULL };
    char byte;

    open_link(&link);
    for (int i = 0; i < 3; i++) {
        change_keys(link.client, TLS_MESSAGES_MAX, SSL_KEY_UPDATE_NOT_REQUESTED);
        pass_line(link.client, link.server, "not without data\n");
    }
    change_keys(link.client, TLS_MESSAGES_MAX + 1, SSL_KEY_UPDATE_NOT_REQUESTED);
    CHECK_INT(ouro_stream_write(link.client, BYTES("too late")), 0);
    CHECK_INT(ouro_stream_read(link.server, &byte, 1), OURO_ETLS);
    CHECK(strstr(ouro_error_text(OURO_ETLS), "again and again") != NULL);
    give_up(&link);
    return 0;
}

TEST_NET(keys_that_are_changed_after_a_close)
{
    struct tls_link link = { .client = NULL };
    ouro_task *task;

    open_link(&link);
    task = ouro_create_task(close_end_coro(ouro_stream_ref(link.server)));
    settle();
    for (int i = 0; i < 4; i++) {
        change_keys(link.client, TLS_MESSAGES_MAX, SSL_KEY_UPDATE_NOT_REQUESTED);
        CHECK_INT(ouro_stream_write(link.client, BYTES("dropped")), 0);
        settle();
    }
    CHECK(!ouro_future_done(task));
    change_keys(link.client, TLS_MESSAGES_MAX + 1, SSL_KEY_UPDATE_NOT_REQUESTED);
    CHECK_INT(ouro_stream_write(link.client, BYTES("x")), 0);
    CHECK_INT(ouro_await(task), 0);
    CHECK_INT(ouro_stream_wait_closed(link.server), OURO_ETLS);
    ouro_task_unref(task);
    give_up(&link);
    return 0;
}

/* Looks in each turn of the loop at how far something is that only grows. */
struct watch {
    const uint64_t *data;
    uint64_t most; /* by which it has grown in one turn */
    bool is_over;
};

OURO_ASYNC(watch_turns, (struct watch *, watch))
{
    uint64_t last = 0;

    while (!watch->is_over) {
        uint64_t now = *watch->data;

        if (now - last > watch->most && last > 0)
            watch->most = now - last;
        last = now;
        OURO_TRY(ouro_sleep(0));
    }
    return 0;
}

static void end_watch(struct watch *watch, ouro_task *watcher)
{
    watch->is_over = true;
    CHECK_INT(ouro_await(watcher), 0);
    ouro_task_unref(watcher);
}

/* A protocol that counts what it receives. */
struct counter {
    ouro_protocol protocol;
    uint64_t received;
};

static int count(ouro_protocol *protocol, ouro_bytes data)
{
    ((struct counter *) protocol)->received += data.size;
    return 0;
}

static const ouro_protocol_callbacks counting = { .data_received = count };

static ouro_protocol *give_counter(void *arg)
{
    return arg;
}

/* Data in between make it no flood, and yet much work: it is done in many turns. */
TEST_NET(others_have_their_turn_between_changes_of_keys)
{
    enum { ROUNDS = 60 };
    static struct counter server = { .protocol.callbacks = &counting };
    struct watch watch = { .data = &server.received };
    ouro_tls_context *contexts[] = { client_context(), server_context() };
    ouro_server *listener;
    ouro_stream *client;
    ouro_task *watcher;

    CHECK_INT(ouro_loop_create_server(ouro_get_running_loop(), &listener, give_counter,
                                      .host = "127.0.0.1", .arg = &server, .tls = contexts[1]),
              0);
    CHECK_INT(ouro_open_connection(&client, .port = ouro_server_port(listener), .tls = contexts[0]),
              0);
    watcher = ouro_create_task(watch_turns_coro(&watch));
    for (int i = 0; i < ROUNDS; i++) {
        CHECK_INT(SSL_write(ssl_of(client), "x", 1), 1);
        change_keys(client, TLS_MESSAGES_MAX - 1, SSL_KEY_UPDATE_NOT_REQUESTED);
    }
    CHECK_INT(ouro_stream_write(client, BYTES("x")), 0);
    while (server.received <= ROUNDS)
        CHECK_INT(ouro_sleep(1e-6), 0);
    end_watch(&watch, watcher);
    CHECK(watch.most <= 2);
    CHECK_INT(ouro_stream_close(client), 0);
    ouro_server_close(listener);
    ouro_server_unref(listener);
    ouro_tls_context_unref(contexts[0]);
    ouro_tls_context_unref(contexts[1]);
    return 0;
}

/* A peer that wants answers and does not read them. */
TEST_NET(answers_that_nobody_reads)
{
    ouro_tls_context *context = server_context();
    struct raw_client client = { .ssl = NULL };
    int size = 1;
    int status = 0;
    char byte;

    /* A socket that keeps little itself. */
    CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, client.link.fds), 0);
    CHECK_INT(ouro_open_unix_connection(&client.link.server, .fd = client.link.fds[1]), 0);
    begin_raw_over(&client, "localhost", context);
    CHECK_INT(finish_raw(&client), 0);
    (void) setsockopt(client.link.fds[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    for (int i = 0; i < 10000 && status >= 0; i++) {
        for (int k = 0; k < TLS_MESSAGES_MAX; k++) {
            CHECK_INT(SSL_key_update(client.ssl, SSL_KEY_UPDATE_REQUESTED), 1);
            CHECK_INT(SSL_do_handshake(client.ssl), 1);
        }
        CHECK_INT(SSL_write(client.ssl, "x", 1), 1);
        status = ouro_stream_read(client.link.server, &byte, 1);
    }
    CHECK_INT(status, OURO_ETLS);
    end_raw(&client);
    SSL_CTX_free(raw_context());
    ouro_tls_context_unref(context);
    return 0;
}
