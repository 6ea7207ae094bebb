/* StreamReaderProtocol: a protocol that feeds a stream. */
#include "transport_scenario.h"

static ouro_stream_reader_protocol protocols[RECORDERS];
static unsigned protocol_next;

static int open_protocol(struct recorder *side, ouro_client_connected *client_connected, int number)
{
    static int numbers[RECORDERS];
    ouro_stream_reader_protocol *protocol = &protocols[protocol_next % RECORDERS];
    int *place = &numbers[protocol_next++ % RECORDERS];
    int own = -1;

    *place = number;
    OURO_TRY(socket_pair(&own, &side->peer));
    side->stream = new_stream(0);
    ouro_stream_reader_protocol_init(protocol, side->stream, client_connected, place);
    OURO_TRY(ouro_loop_create_connection(ouro_get_running_loop(), &protocol->protocol,
                                         &side->transport, .fd = own));
    ouro_transport_ref(side->transport);
    trace("open");
    return 0;
}

static int end(struct recorder *side)
{
    ouro_transport_close(side->transport);
    peer_close(side);
    OURO_TRY(settle());
    ouro_transport_unref(side->transport);
    ouro_stream_unref(side->stream);
    return 0;
}

OURO_ASYNC(it_feeds_the_stream)
{
    struct recorder *side = new_recorder("peer");

    OURO_TRY(open_protocol(side, NULL, 0));
    put(side, "line\n");
    trace("%s", do_readline(side->stream));
    OURO_TRY(transport_write(side, "answer"));
    trace("%s", peer_gets(side, 6));
    shutdown(side->peer, SHUT_WR);
    trace("%s", do_read(side->stream, 9));
    trace("closing %d", ouro_transport_is_closing(side->transport));
    return end(side);
}

OURO_ASYNC(the_end_of_the_connection_is_the_stream_s)
{
    struct recorder *side = new_recorder("peer");

    OURO_TRY(open_protocol(side, NULL, 0));
    put(side, "before");
    OURO_TRY(settle());
    ouro_transport_close(side->transport);
    OURO_TRY(settle());
    trace("%s", do_read(side->stream, 9));
    trace("%s", do_read(side->stream, 9));
    return end(side);
}

OURO_ASYNC(so_is_its_error)
{
    struct recorder *side = new_recorder("peer");

    OURO_TRY(open_protocol(side, NULL, 0));
    OURO_TRY(transport_write(side, "not read"));
    OURO_TRY(settle());
    peer_close(side);
    OURO_TRY(settle());
    trace("%s", show_net(ouro_stream_exception(side->stream)));
    trace("%s", do_read(side->stream, 9));
    return end(side);
}

static int client_connected(ouro_stream *stream, void *arg)
{
    int number = *(int *) arg;

    OURO_TRY(ouro_task_set_name(ouro_current_task(), "handler"));
    trace("begins");
    trace("%s", do_readline(stream));
    return number ? fail(number) : ouro_stream_write(stream, bytes_of("answer"));
}

OURO_ASYNC(a_task_serves_it)
{
    struct recorder *side = new_recorder("peer");

    set_handler();
    OURO_TRY(open_protocol(side, client_connected, 0));
    put(side, "line\n");
    trace("%s", peer_gets(side, 6));
    trace("closing %d", ouro_transport_is_closing(side->transport));
    return end(side);
}

OURO_ASYNC(the_task_fails)
{
    struct recorder *side = new_recorder("peer");

    set_handler();
    OURO_TRY(open_protocol(side, client_connected, 7));
    put(side, "line\n");
    OURO_TRY(settle());
    trace("closing %d", ouro_transport_is_closing(side->transport));
    return end(side);
}

SCENARIO(CASE(it_feeds_the_stream), CASE(the_end_of_the_connection_is_the_stream_s),
         CASE(so_is_its_error), CASE(a_task_serves_it), CASE(the_task_fails))
