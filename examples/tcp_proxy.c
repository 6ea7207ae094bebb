/* A TCP proxy: every connection is passed on to another server, in both directions at once.
 *
 * Three parts in one program: a server that answers in capitals, the proxy in front of it, and a
 * client that talks to the proxy. Each direction of a connection is a task of one group; the end of
 * one side is passed on as an end, so that the other side may still answer.
 *
 * The Python original stands beside it: tcp_proxy.py. Build and run:
 *     cc tcp_proxy.c -o tcp_proxy $(pkg-config --cflags --libs ouro) && ./tcp_proxy
 */
#include <ouro.h>

#include <ctype.h>
#include <stdio.h>

/* Copies one direction, to its end. */
OURO_ASYNC(copy, (ouro_stream *, from), (ouro_stream *, to))
{
    for (;;) {
        ouro_bytes bytes;
        OURO_TRY(ouro_stream_read_bytes(from, 0, &bytes));
        if (bytes.size == 0)
            return ouro_stream_write_eof(to);
        OURO_TRY(ouro_stream_write(to, bytes));
        OURO_TRY(ouro_stream_drain(to));
    }
}

static int proxy(ouro_stream *client, void *arg)
{
    const int *port = arg;
    ouro_stream *server;
    OURO_TRY(ouro_open_connection(&server, .host = "127.0.0.1", .port = *port));

    int status = 0;
    ouro_with_task_group (group, &status) {
        ouro_task_group_create_task(&group, copy_coro(client, server));
        ouro_task_group_create_task(&group, copy_coro(server, client));
    }
    int closed = ouro_stream_close(server);
    return status < 0 ? status : closed;
}

/* The server behind the proxy: reads to the end, then answers in capitals. */
static int shout(ouro_stream *stream, void *arg)
{
    ouro_bytes question;
    (void) arg;
    OURO_TRY(ouro_stream_read_all(stream, 1000, &question));
    for (size_t i = 0; i < question.size; i++)
        OURO_TRY(ouro_stream_printf(stream, "%c", toupper(question.data[i])));
    return ouro_stream_drain(stream);
}

OURO_ASYNC(ask, (int, port), (const char *, question))
{
    ouro_stream *stream;
    ouro_bytes answer;
    OURO_TRY(ouro_open_connection(&stream, .host = "127.0.0.1", .port = port));
    OURO_TRY(ouro_stream_printf(stream, "%s", question));
    OURO_TRY(ouro_stream_write_eof(stream));
    OURO_TRY(ouro_stream_read_all(stream, 1000, &answer));
    printf("%s -> %.*s\n", question, (int) answer.size, (const char *) answer.data);
    return ouro_stream_close(stream);
}

OURO_ASYNC(app)
{
    ouro_server *server;
    ouro_server *front;
    OURO_TRY(ouro_start_server(&server, shout, .host = "127.0.0.1"));
    int port = ouro_server_port(server);
    OURO_TRY(ouro_start_server(&front, proxy, &port, .host = "127.0.0.1"));

    OURO_TRY(ask(ouro_server_port(front), "hello"));
    OURO_TRY(ask(ouro_server_port(front), "through the proxy"));

    ouro_server_close(front);
    OURO_TRY(ouro_server_wait_closed(front));
    ouro_server_unref(front);
    ouro_server_close(server);
    OURO_TRY(ouro_server_wait_closed(server));
    ouro_server_unref(server);
    return 0;
}

OURO_MAIN(app)
