/* A server of protocols: when it accepts, and whom. */
#include "transport_scenario.h"

static void trace_serving(const ouro_server *server)
{
    trace("serving %d, sockets %d", ouro_server_is_serving(server),
          ouro_server_sockets(server, NULL, 0));
}

static int close_server(ouro_server *server)
{
    ouro_server_close(server);
    OURO_TRY(ouro_server_wait_closed(server));
    ouro_server_unref(server);
    return 0;
}

OURO_ASYNC(a_connection)
{
    struct recorder *recorder = new_recorder("a");
    ouro_server *server;

    OURO_TRY(new_server(&server, true, recorder));
    trace_serving(server);
    OURO_TRY(connect_peer(recorder, ouro_server_port(server)));
    OURO_TRY(wait_event(recorder, MADE));
    put(recorder, "hello");
    OURO_TRY(wait_event(recorder, DATA));
    OURO_TRY(transport_write(recorder, "answer"));
    trace("%s", peer_gets(recorder, 6));
    OURO_TRY(finish(recorder));
    ouro_server_close(server);
    trace_serving(server);
    return close_server(server);
}

OURO_ASYNC(several_in_the_order_of_their_coming)
{
    struct recorder *recorders_[] = { new_recorder("a"), new_recorder("b"), new_recorder("c") };
    ouro_server *server;

    OURO_TRY(make_server(&server, true, recorders_, 3));
    for (int i = 0; i < 3; i++) {
        OURO_TRY(connect_peer(recorders_[i], ouro_server_port(server)));
    }
    OURO_TRY(wait_event(recorders_[2], MADE));
    for (int i = 0; i < 3; i++) {
        OURO_TRY(finish(recorders_[i]));
    }
    return close_server(server);
}

static void expect_refusal(struct recorder *recorder, int port)
{
    if (connect_peer(recorder, port) == -ECONNREFUSED) {
        trace("refused");
    }
    peer_close(recorder);
}

OURO_ASYNC(started_later)
{
    struct recorder *recorder = new_recorder("a");
    ouro_server *server;

    OURO_TRY(new_server(&server, false, recorder));
    trace_serving(server);
    expect_refusal(recorder, ouro_server_port(server));
    OURO_TRY(ouro_server_start_serving(server));
    trace_serving(server);
    trace("%s", show(ouro_server_start_serving(server)));
    trace_serving(server);
    OURO_TRY(connect_peer(recorder, ouro_server_port(server)));
    OURO_TRY(wait_event(recorder, MADE));
    OURO_TRY(finish(recorder));
    return close_server(server);
}

OURO_ASYNC(connections_outlive_the_close)
{
    struct recorder *recorder = new_recorder("a");
    ouro_server *server;

    OURO_TRY(new_server(&server, true, recorder));
    int port = ouro_server_port(server);
    OURO_TRY(connect_peer(recorder, port));
    OURO_TRY(wait_event(recorder, MADE));
    ouro_server_close(server);
    ouro_server_close(server);
    trace_serving(server);
    OURO_TRY(settle());
    expect_refusal(new_recorder("b"), port);
    put(recorder, "here");
    OURO_TRY(wait_event(recorder, DATA));
    OURO_TRY(finish(recorder));
    return close_server(server);
}

static ouro_server *closed_server;

static int close_it(struct recorder *recorder)
{
    (void) recorder;
    ouro_server_close(closed_server);
    return 0;
}

OURO_ASYNC(closed_from_connection_made)
{
    struct recorder *recorder = new_recorder("a");

    recorder->hooks[MADE] = close_it;
    OURO_TRY(new_server(&closed_server, true, recorder));
    OURO_TRY(connect_peer(recorder, ouro_server_port(closed_server)));
    OURO_TRY(wait_event(recorder, MADE));
    trace_serving(closed_server);
    put(recorder, "hello");
    OURO_TRY(wait_event(recorder, DATA));
    OURO_TRY(finish(recorder));
    OURO_TRY(close_server(closed_server));
    trace("closed");
    return 0;
}

SCENARIO(CASE(a_connection), CASE(several_in_the_order_of_their_coming), CASE(started_later),
         CASE(connections_outlive_the_close), CASE(closed_from_connection_made))
