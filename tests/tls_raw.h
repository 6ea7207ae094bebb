/* For tests of TLS: OpenSSL by itself as the client of a stream, which may do what ours never does.
 */
#ifndef TESTS_TLS_RAW_H
#define TESTS_TLS_RAW_H

#include "tls_link.h"

struct raw_client {
    SSL *ssl;
    int fd;
    ouro_task *starter;
    struct tls_link link;
};

static inline SSL_CTX *raw_context(void)
{
    static SSL_CTX *context;

    if (context == NULL)
        context = SSL_CTX_new(TLS_client_method());
    return context;
}

/* Begins over the sockets of the link, one of which is its server's stream already. */
static inline void begin_raw_over(struct raw_client *client, const char *name,
                                  ouro_tls_context *server)
{
    client->ssl = SSL_new(raw_context());
    client->fd = client->link.fds[0];
    (void) fcntl(client->fd, F_SETFL, O_NONBLOCK);
    SSL_set_fd(client->ssl, client->fd);
    SSL_set_connect_state(client->ssl);
    (void) SSL_set_tlsext_host_name(client->ssl, name);
    client->starter = ouro_create_task(open_server_coro(&client->link, server));
}

static inline void begin_raw(struct raw_client *client, const char *name, ouro_tls_context *server)
{
    *client = (struct raw_client) { .ssl = NULL };
    connect_pair(client->link.fds);
    CHECK_INT(ouro_open_connection(&client->link.server, .fd = client->link.fds[1]), 0);
    begin_raw_over(client, name, server);
}

/* Shakes hands to the end, and reads what comes behind it. Returns the server's status. */
static inline int finish_raw(struct raw_client *client)
{
    char byte;

    while (!ouro_future_done(client->starter)) {
        (void) SSL_do_handshake(client->ssl);
        CHECK_INT(ouro_sleep(1e-6), 0);
    }
    CHECK_INT(ouro_await(client->starter), 0);
    ouro_task_unref(client->starter);
    settle();
    ERR_clear_error();
    (void) SSL_read(client->ssl, &byte, 1); /* tickets, or an alert */
    return client->link.server_status;
}

/* Ends both sides, properly or not. */
static inline void end_raw(struct raw_client *client)
{
    SSL_set_quiet_shutdown(client->ssl, 1); /* its session stays good */
    (void) SSL_shutdown(client->ssl);
    SSL_free(client->ssl);
    close(client->fd);
    if (client->link.server != NULL)
        ouro_stream_abort(client->link.server);
    ouro_stream_unref(client->link.server);
    ERR_clear_error();
}

#endif
