/* wait_closed() of a server: until it is closed and no connection is left. */
#include "transport_scenario.h"

OURO_ASYNC(waits, (ouro_server *, server))
{
    int status = ouro_server_wait_closed(server);

    trace("wait_closed: %s", show(status));
    return 0;
}

static ouro_task *start_waiting(ouro_server *server, const char *name)
{
    return spawn(waits_coro(server), "%s", name);
}

/* Makes a server with one connection. */
static int start(struct recorder *recorder, ouro_server **ret_server)
{
    OURO_TRY(new_server(ret_server, true, recorder));
    OURO_TRY(connect_peer(recorder, ouro_server_port(*ret_server)));
    return wait_event(recorder, MADE);
}

/* Gives back what is left of a connection that has ended, and its server. */
static int forget(struct recorder *recorder, ouro_server *server)
{
    OURO_TRY(finish(recorder));
    ouro_server_unref(server);
    return 0;
}

OURO_ASYNC(without_connections)
{
    ouro_server *server;

    OURO_TRY(make_server(&server, true, NULL, 0));
    ouro_task *task = start_waiting(server, "waiter");
    OURO_TRY(settle());
    trace("done %d", ouro_future_done(task));
    ouro_server_close(server);
    OURO_TRY(join(task));
    OURO_TRY(waits(server));
    ouro_server_unref(server);
    return 0;
}

OURO_ASYNC(the_connection_ends_first)
{
    struct recorder *recorder = new_recorder("a");
    ouro_server *server;

    OURO_TRY(start(recorder, &server));
    ouro_task *task = start_waiting(server, "waiter");
    OURO_TRY(finish(recorder));
    OURO_TRY(settle());
    trace("done %d", ouro_future_done(task));
    ouro_server_close(server);
    OURO_TRY(join(task));
    ouro_server_unref(server);
    return 0;
}

OURO_ASYNC(the_server_is_closed_first)
{
    struct recorder *recorder = new_recorder("a");
    ouro_server *server;

    OURO_TRY(start(recorder, &server));
    ouro_task *task = start_waiting(server, "waiter");
    ouro_server_close(server);
    OURO_TRY(settle());
    trace("done %d", ouro_future_done(task));
    ouro_task *other = start_waiting(server, "late waiter");
    OURO_TRY(settle());
    peer_close(recorder);
    OURO_TRY(join(task));
    OURO_TRY(join(other));
    OURO_TRY(waits(server));
    return forget(recorder, server);
}

static ouro_server *closed_server;

static int close_it(struct recorder *recorder)
{
    (void) recorder;
    ouro_server_close(closed_server);
    return 0;
}

OURO_ASYNC(closed_in_the_connection_s_end)
{
    struct recorder *recorder = new_recorder("a");

    recorder->hooks[LOST] = close_it;
    OURO_TRY(start(recorder, &closed_server));
    ouro_task *task = start_waiting(closed_server, "waiter");
    peer_close(recorder);
    OURO_TRY(join(task));
    return forget(recorder, closed_server);
}

OURO_ASYNC(a_cancelled_wait)
{
    struct recorder *recorder = new_recorder("a");
    ouro_server *server;
    ouro_task *tasks[2];

    OURO_TRY(start(recorder, &server));
    ouro_server_close(server);
    for (int i = 0; i < 2; i++) {
        tasks[i] = start_waiting(server, text("waiter-%d", i + 1));
    }
    OURO_TRY(settle());
    ouro_task_cancel(tasks[0], NULL);
    OURO_TRY(join(tasks[0]));
    ouro_transport_abort(recorder->transport);
    OURO_TRY(join(tasks[1]));
    return forget(recorder, server);
}

SCENARIO(CASE(without_connections), CASE(the_connection_ends_first),
         CASE(the_server_is_closed_first), CASE(closed_in_the_connection_s_end),
         CASE(a_cancelled_wait))
