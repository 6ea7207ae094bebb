/* Cancelled transfers over TLS: the test of plain streams, once more. */
#include "tls_link.h"

__attribute__((unused)) static void
open_streams(const int fds[2], size_t limit, ouro_stream **ret_sender, ouro_stream **ret_receiver)
{
    struct tls_link link = { .fds = { fds[0] } };
    ouro_tls_context *client = client_context();
    ouro_tls_context *server = server_context();

    CHECK_INT(ouro_open_connection(&link.server, .fd = fds[1], .limit = limit), 0);
    CHECK_INT(ouro_gather(open_client_coro(&link, client), open_server_coro(&link, server)), 0);
    CHECK_INT(link.client_status, 0);
    CHECK_INT(link.server_status, 0);
    ouro_tls_context_unref(client);
    ouro_tls_context_unref(server);
    *ret_sender = link.client;
    *ret_receiver = link.server;
}

/* TLS ends both directions: the close begins here, and is waited for below. */
static int end_writing(ouro_stream *stream)
{
    ouro_stream_close_nowait(stream);
    return 0;
}

__attribute__((unused)) static void close_streams(ouro_stream *sender, ouro_stream *receiver)
{
    CHECK_INT(ouro_gather(close_end_coro(sender), close_end_coro(receiver)), 0);
}

#include "net_transfer_test.c"
