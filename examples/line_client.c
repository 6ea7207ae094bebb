/* A client for servers that speak in lines: what is typed goes to the server, what it says is
 * shown.
 *
 * Usage: line_client [HOST PORT]. Both directions go at the same time, as two tasks of one group;
 * the end of the input (Ctrl-D) is passed on, and the server has the last word. Without arguments
 * it talks to a server of its own that answers in capitals. Standard input may be a terminal, a
 * pipe or a file:
 *     echo hello | ./line_client
 *     ./line_client mail.example.org 25
 *
 * The Python original stands beside it: line_client.py. Build and run:
 *     cc line_client.c -o line_client $(pkg-config --cflags --libs ouro) && ./line_client
 */
#include <ouro.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

struct target {
    const char *host;
    int port;
};

static struct target target = { .host = "127.0.0.1" };

/* Copies lines, to the end, and passes that on. */
OURO_ASYNC(copy_lines, (ouro_stream *, from), (ouro_stream *, to))
{
    int status = 0;
    ouro_async_for(ouro_bytes, line, ouro_stream_lines(from), &status)
    {
        OURO_TRY(ouro_stream_write(to, line));
        OURO_TRY(ouro_stream_drain(to));
    }
    OURO_TRY(status);
    return ouro_stream_write_eof(to);
}

OURO_ASYNC(talk, (struct target, server))
{
    ouro_stream *console;
    ouro_stream *stream;
    OURO_TRY(ouro_open_connection(&stream, .host = server.host, .port = server.port));
    OURO_TRY(ouro_open_stdio(&console, 0));

    int status = 0;
    ouro_with_task_group (group, &status) {
        ouro_task_group_create_task(&group, copy_lines_coro(console, stream));
        ouro_task_group_create_task(&group, copy_lines_coro(stream, console));
    }
    ouro_ignore(ouro_stream_close(stream));
    ouro_ignore(ouro_stream_close(console));
    return status;
}

static int shout(ouro_stream *stream, void *arg)
{
    int status = 0;
    (void) arg;
    ouro_async_for(ouro_bytes, line, ouro_stream_lines(stream), &status) for (size_t i = 0;
                                                                              i < line.size; i++)
        OURO_TRY(ouro_stream_printf(stream, "%c", toupper(line.data[i])));
    return status;
}

OURO_ASYNC(app)
{
    if (target.port != 0)
        return talk(target);

    ouro_server *server;
    OURO_TRY(ouro_start_server(&server, shout, .host = "127.0.0.1"));
    target.port = ouro_server_port(server);
    OURO_TRY(talk(target));
    ouro_server_close(server);
    OURO_TRY(ouro_server_wait_closed(server));
    ouro_server_unref(server);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 3)
        target = (struct target) { .host = argv[1], .port = atoi(argv[2]) };
    return ouro_run(app_coro()) < 0 ? 1 : 0;
}
