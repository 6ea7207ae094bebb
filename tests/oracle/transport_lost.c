/* The peer goes away: which error connection_lost is told. */
#include "transport_scenario.h"

static int keep(struct recorder *recorder)
{
    (void) recorder;
    return 1;
}

OURO_ASYNC(properly)
{
    struct recorder *recorder = new_recorder("a");

    OURO_TRY(open_pair(recorder));
    peer_close(recorder);
    OURO_TRY(wait_event(recorder, LOST));
    return finish(recorder);
}

OURO_ASYNC(with_bytes_that_it_has_not_read)
{
    struct recorder *recorder = new_recorder("a");

    set_handler();
    OURO_TRY(open_pair(recorder));
    OURO_TRY(transport_write(recorder, "unread"));
    OURO_TRY(settle());
    peer_close(recorder);
    OURO_TRY(wait_event(recorder, LOST));
    trace("closing %d", ouro_transport_is_closing(recorder->transport));
    return finish(recorder);
}

OURO_ASYNC(it_is_noticed_by_a_write)
{
    struct recorder *recorder = new_recorder("a");

    set_handler();
    recorder->hooks[END] = keep;
    OURO_TRY(open_pair(recorder));
    peer_close(recorder);
    OURO_TRY(wait_event(recorder, END));
    OURO_TRY(transport_write(recorder, "into the void"));
    OURO_TRY(wait_event(recorder, LOST));
    OURO_TRY(settle());
    return finish(recorder);
}

OURO_ASYNC(while_reading_is_paused)
{
    struct recorder *recorder = new_recorder("a");

    set_handler();
    OURO_TRY(open_pair(recorder));
    ouro_transport_pause_reading(recorder->transport);
    peer_close(recorder);
    OURO_TRY(settle());
    trace("writes");
    OURO_TRY(transport_write(recorder, "into the void"));
    OURO_TRY(wait_event(recorder, LOST));
    return finish(recorder);
}

OURO_ASYNC(with_a_full_queue)
{
    struct recorder *recorder = new_recorder("a");

    set_handler();
    recorder->hooks[END] = keep;
    OURO_TRY(open_pair(recorder));
    shutdown(recorder->peer, SHUT_WR);
    OURO_TRY(wait_event(recorder, END));
    OURO_TRY(write_much(recorder->transport));
    OURO_TRY(settle());
    shutdown(recorder->peer, SHUT_RD);
    OURO_TRY(wait_event(recorder, LOST));
    trace("queued %zu", ouro_transport_get_write_buffer_size(recorder->transport));
    return finish(recorder);
}

SCENARIO(CASE(properly), CASE(with_bytes_that_it_has_not_read), CASE(it_is_noticed_by_a_write),
         CASE(while_reading_is_paused), CASE(with_a_full_queue))
