/* For tests of TLS between two streams of one loop. */
#ifndef TESTS_TLS_LINK_H
#define TESTS_TLS_LINK_H

#include "tls_probe.h"

/* Both ends of a connection, and how each came to it. */
struct tls_link {
    ouro_stream *client;
    ouro_stream *server;
    int client_status;
    int server_status;
    char client_text[512];
    char server_text[512];
    int fds[2];
    const char *hostname; /* default "localhost" */
    double timeout;       /* of the handshakes */
    double end_timeout;
};

OURO_ASYNC(open_client, (struct tls_link *, link), (ouro_tls_context *, context))
{
    int status = ouro_open_connection(
        &link->client, .fd = link->fds[0], .tls = context, .tls_handshake_timeout = link->timeout,
        .tls_shutdown_timeout = link->end_timeout,
        .server_hostname = link->hostname != NULL ? link->hostname : "localhost");

    link->client_status = status;
    if (status < 0)
        snprintf(link->client_text, sizeof link->client_text, "%s", ouro_error_text(status));
    return 0;
}

OURO_ASYNC(open_server, (struct tls_link *, link), (ouro_tls_context *, context))
{
    int status = ouro_stream_start_tls(link->server, context, .server_side = true,
                                       .handshake_timeout = link->timeout,
                                       .shutdown_timeout = link->end_timeout);

    link->server_status = status;
    if (status < 0) {
        snprintf(link->server_text, sizeof link->server_text, "%s", ouro_error_text(status));
        ouro_stream_unref(link->server);
        link->server = NULL;
    }
    return 0;
}

/* Gives up both contexts. */
static inline void shake_hands(struct tls_link *link, ouro_tls_context *client,
                               ouro_tls_context *server)
{
    connect_pair(link->fds);
    CHECK_INT(ouro_open_connection(&link->server, .fd = link->fds[1]), 0);
    CHECK_INT(ouro_gather(open_client_coro(link, client), open_server_coro(link, server)), 0);
    ouro_tls_context_unref(client);
    ouro_tls_context_unref(server);
}

/* The usual link, or the test has failed. */
static inline void open_link(struct tls_link *link)
{
    shake_hands(link, client_context(), server_context());
    if (link->client_status < 0 || link->server_status < 0)
        FAIL("client: %s, server: %s", link->client_text, link->server_text);
}

OURO_ASYNC(close_end, (ouro_stream *, stream))
{
    ouro_ignore(ouro_stream_close(stream));
    return 0;
}

static inline void close_link(struct tls_link *link)
{
    CHECK_INT(ouro_gather(close_end_coro(link->client), close_end_coro(link->server)), 0);
}

/* Expects this failure, and this in its text. */
static inline void expect_failure(int status, const char *text, int expected, const char *part)
{
    CHECK_INT(status, expected);
    if (strstr(text, part) == NULL)
        FAIL("\"%s\" is not in \"%s\"", part, text);
}

/* Sends a line from one end, and expects it at the other. */
static inline void pass_line(ouro_stream *from, ouro_stream *to, const char *line)
{
    ouro_bytes bytes;

    CHECK_INT(ouro_stream_write(from, BYTES(line)), 0);
    CHECK_INT(ouro_stream_readline(to, &bytes), 1);
    CHECK_BYTES(bytes.data, bytes.size, line, strlen(line));
}

#endif
