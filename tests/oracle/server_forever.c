/* serve_forever(): until it is cancelled, or the server closed. */
#include "transport_scenario.h"

static void trace_serving(const ouro_server *server)
{
    trace("serving %d", ouro_server_is_serving(server));
}

OURO_ASYNC(serves, (ouro_server *, server))
{
    trace("serves");
    int status = ouro_server_serve_forever(server);
    trace("serve_forever: %s", show(status));
    return 0;
}

/* Makes a server and a task that serves for ever. */
static int start(bool starts, struct recorder *recorder, ouro_server **ret_server,
                 ouro_task **ret_task)
{
    OURO_TRY(new_server(ret_server, starts, recorder));
    *ret_task = spawn(serves_coro(*ret_server), "server");
    return settle();
}

static int cancel_and_join(ouro_task *task)
{
    ouro_task_cancel(task, NULL);
    return join(task);
}

OURO_ASYNC(cancelled)
{
    ouro_server *server;
    ouro_task *task;

    OURO_TRY(start(true, NULL, &server, &task));
    trace_serving(server);
    OURO_TRY(cancel_and_join(task));
    trace_serving(server);
    ouro_server_unref(server);
    return 0;
}

OURO_ASYNC(closed)
{
    ouro_server *server;
    ouro_task *task;

    OURO_TRY(start(true, NULL, &server, &task));
    trace("closes");
    ouro_server_close(server);
    trace_serving(server);
    OURO_TRY(join(task));
    ouro_server_unref(server);
    return 0;
}

OURO_ASYNC(it_starts_serving)
{
    struct recorder *recorder = new_recorder("a");
    ouro_server *server;
    ouro_task *task;

    OURO_TRY(start(false, recorder, &server, &task));
    trace_serving(server);
    OURO_TRY(connect_peer(recorder, ouro_server_port(server)));
    OURO_TRY(wait_event(recorder, MADE));
    OURO_TRY(finish(recorder));
    OURO_TRY(cancel_and_join(task));
    ouro_server_unref(server);
    return 0;
}

OURO_ASYNC(in_two_tasks)
{
    ouro_server *server;
    ouro_task *task;

    OURO_TRY(start(true, NULL, &server, &task));
    trace("%s", show(ouro_server_serve_forever(server)));
    trace_serving(server);
    OURO_TRY(cancel_and_join(task));
    ouro_server_unref(server);
    return 0;
}

OURO_ASYNC(after_the_close)
{
    ouro_server *server;

    OURO_TRY(make_server(&server, true, NULL, 0));
    ouro_server_close(server);
    trace("%s", show(ouro_server_serve_forever(server)));
    OURO_TRY(ouro_server_wait_closed(server));
    ouro_server_unref(server);
    return 0;
}

OURO_ASYNC(a_cancel_waits_for_the_connections)
{
    struct recorder *recorder = new_recorder("a");
    ouro_server *server;
    ouro_task *task;

    OURO_TRY(start(true, recorder, &server, &task));
    OURO_TRY(connect_peer(recorder, ouro_server_port(server)));
    OURO_TRY(wait_event(recorder, MADE));
    ouro_task_cancel(task, NULL);
    OURO_TRY(settle());
    trace("done %d", ouro_future_done(task));
    trace_serving(server);
    OURO_TRY(transport_write(recorder, "bye"));
    trace("%s", peer_gets(recorder, 3));
    peer_close(recorder);
    OURO_TRY(join(task));
    OURO_TRY(finish(recorder));
    ouro_server_unref(server);
    return 0;
}

SCENARIO(CASE(cancelled), CASE(closed), CASE(it_starts_serving), CASE(in_two_tasks),
         CASE(after_the_close), CASE(a_cancel_waits_for_the_connections))
