/* close_clients() and abort_clients(). */
#include "transport_scenario.h"

static int new_clients(ouro_server **ret_server, struct recorder **clients, size_t count)
{
    OURO_TRY(make_server(ret_server, true, clients, count));
    for (size_t i = 0; i < count; i++) {
        OURO_TRY(connect_peer(clients[i], ouro_server_port(*ret_server)));
        OURO_TRY(wait_event(clients[i], MADE));
    }
    return 0;
}

static int write_very_much(struct recorder *recorder)
{
    for (int i = 0; i < 8; i++) {
        OURO_TRY(write_much(recorder->transport));
    }
    return 0;
}

OURO_ASYNC(closed)
{
    struct recorder *clients[] = { new_recorder("a"), new_recorder("a") };
    ouro_server *server;

    OURO_TRY(new_clients(&server, clients, 2));
    ouro_server_close_clients(server);
    trace("closing %d", ouro_transport_is_closing(clients[0]->transport) +
                            ouro_transport_is_closing(clients[1]->transport));
    trace("serving %d", ouro_server_is_serving(server));
    OURO_TRY(finish(clients[0]));
    OURO_TRY(finish(clients[1]));
    ouro_server_close(server);
    OURO_TRY(ouro_server_wait_closed(server));
    ouro_server_unref(server);
    return 0;
}

OURO_ASYNC(after_the_close_of_the_server)
{
    struct recorder *recorder = new_recorder("a");
    ouro_server *server;

    OURO_TRY(new_clients(&server, &recorder, 1));
    ouro_server_close(server);
    ouro_server_close_clients(server);
    OURO_TRY(ouro_server_wait_closed(server));
    trace("closed");
    trace("%s", peer_gets(recorder, 1));
    ouro_server_unref(server);
    return finish(recorder);
}

OURO_ASYNC(what_is_queued_is_sent)
{
    struct recorder *recorder = new_recorder("a");
    ouro_server *server;

    OURO_TRY(new_clients(&server, &recorder, 1));
    OURO_TRY(write_very_much(recorder));
    ouro_server_close(server);
    ouro_server_close_clients(server);
    OURO_TRY(settle());
    trace("closing %d", ouro_transport_is_closing(recorder->transport));
    int count = peer_reads(recorder, NULL, 8 * MUCH);
    OURO_TRY(ouro_server_wait_closed(server));
    trace("%d", count);
    ouro_server_unref(server);
    return finish(recorder);
}

OURO_ASYNC(aborted)
{
    struct recorder *recorder = new_recorder("a");
    ouro_server *server;

    OURO_TRY(new_clients(&server, &recorder, 1));
    OURO_TRY(write_very_much(recorder));
    ouro_server_close(server);
    ouro_server_abort_clients(server);
    trace("queued %zu", ouro_transport_get_write_buffer_size(recorder->transport));
    OURO_TRY(ouro_server_wait_closed(server));
    trace("closed");
    ouro_server_unref(server);
    return finish(recorder);
}

OURO_ASYNC(there_may_be_none)
{
    ouro_server *server;

    OURO_TRY(new_clients(&server, NULL, 0));
    ouro_server_close_clients(server);
    ouro_server_abort_clients(server);
    trace("serving %d", ouro_server_is_serving(server));
    ouro_server_close(server);
    ouro_server_close_clients(server);
    OURO_TRY(ouro_server_wait_closed(server));
    ouro_server_unref(server);
    return 0;
}

SCENARIO(CASE(closed), CASE(after_the_close_of_the_server), CASE(what_is_queued_is_sent),
         CASE(aborted), CASE(there_may_be_none))
