/* start_server(): a task for each connection. */
#include "transport_scenario.h"

static int count;

/* Does what the first line says. */
static int serve(ouro_stream *stream, void *arg)
{
    (void) arg;
    OURO_TRY(ouro_task_set_name(ouro_current_task(), text("handler-%d", ++count)));
    trace("begins");
    const char *line = do_readline(stream);
    trace("%s", line);
    if (strcmp(line, "'fail\\n'") == 0) {
        return fail(1);
    }
    if (strcmp(line, "'cancel\\n'") == 0) {
        ouro_task_cancel(ouro_current_task(), NULL);
        OURO_TRY(ouro_sleep(0));
    }
    OURO_TRY(ouro_stream_write(stream, bytes_of("answer")));
    OURO_TRY(ouro_stream_drain(stream));
    ouro_stream_close_nowait(stream);
    trace("ends");
    return 0;
}

static int open_server(ouro_server **ret_server)
{
    count = 0;
    set_handler();
    return ouro_start_server(ret_server, serve, .host = "127.0.0.1");
}

/* Makes a server with one connection. */
static int start(ouro_server **ret_server, struct recorder *side)
{
    OURO_TRY(open_server(ret_server));
    return connect_peer(side, ouro_server_port(*ret_server));
}

static int end(ouro_server *server, struct recorder *side)
{
    peer_close(side);
    ouro_server_close(server);
    OURO_TRY(ouro_server_wait_closed(server));
    ouro_server_unref(server);
    trace("closed");
    return 0;
}

OURO_ASYNC(an_answer)
{
    struct recorder *side = new_recorder("peer");
    ouro_server *server;

    OURO_TRY(start(&server, side));
    put(side, "hello\n");
    trace("%s", peer_gets(side, 100));
    return end(server, side);
}

OURO_ASYNC(two_in_their_order)
{
    struct recorder *sides[] = { new_recorder("peer"), new_recorder("peer") };
    ouro_server *server;

    OURO_TRY(start(&server, sides[0]));
    OURO_TRY(connect_peer(sides[1], ouro_server_port(server)));
    OURO_TRY(settle());
    for (int i = 1; i >= 0; i--) {
        put(sides[i], "hello\n");
        trace("%s", peer_gets(sides[i], 100));
    }
    peer_close(sides[0]);
    return end(server, sides[1]);
}

OURO_ASYNC(the_peer_says_nothing)
{
    struct recorder *side = new_recorder("peer");
    ouro_server *server;

    OURO_TRY(start(&server, side));
    shutdown(side->peer, SHUT_WR);
    trace("%s", peer_gets(side, 100));
    return end(server, side);
}

OURO_ASYNC(the_handler_fails)
{
    struct recorder *side = new_recorder("peer");
    ouro_server *server;

    OURO_TRY(start(&server, side));
    put(side, "fail\n");
    OURO_TRY(settle());
    return end(server, side);
}

OURO_ASYNC(the_handler_is_cancelled)
{
    struct recorder *side = new_recorder("peer");
    ouro_server *server;

    OURO_TRY(start(&server, side));
    put(side, "cancel\n");
    trace("%s", peer_gets(side, 100));
    return end(server, side);
}

OURO_ASYNC(the_server_is_closed_meanwhile)
{
    struct recorder *side = new_recorder("peer");
    ouro_server *server;

    OURO_TRY(start(&server, side));
    OURO_TRY(settle());
    ouro_server_close(server);
    trace("server closed");
    put(side, "hello\n");
    trace("%s", peer_gets(side, 100));
    return end(server, side);
}

SCENARIO(CASE(an_answer), CASE(two_in_their_order), CASE(the_peer_says_nothing),
         CASE(the_handler_fails), CASE(the_handler_is_cancelled),
         CASE(the_server_is_closed_meanwhile))
