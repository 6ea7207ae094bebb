/* close() with a full queue: all of it is sent before connection_lost. */
#include "transport_scenario.h"

OURO_ASYNC(all_is_sent)
{
    struct recorder *recorder = new_recorder("a");

    OURO_TRY(open_pair(recorder));
    OURO_TRY(write_much(recorder->transport));
    OURO_TRY(transport_write(recorder, "end"));
    ouro_transport_close(recorder->transport);
    OURO_TRY(settle());
    trace("closing %d", ouro_transport_is_closing(recorder->transport));
    trace("queued %d", ouro_transport_get_write_buffer_size(recorder->transport) > 0);
    OURO_TRY(peer_drains(recorder, MUCH, recorder, LOST));
    trace("%s", peer_gets(recorder, 100));
    return finish(recorder);
}

OURO_ASYNC(nothing_is_read_meanwhile)
{
    struct recorder *recorder = new_recorder("a");

    OURO_TRY(open_pair(recorder));
    OURO_TRY(write_much(recorder->transport));
    ouro_transport_close(recorder->transport);
    put(recorder, "not read");
    OURO_TRY(settle());
    trace("reads");
    OURO_TRY(peer_drains(recorder, MUCH, recorder, LOST));
    return finish(recorder);
}

OURO_ASYNC(with_write_eof)
{
    struct recorder *recorder = new_recorder("a");

    OURO_TRY(open_pair(recorder));
    OURO_TRY(write_much(recorder->transport));
    OURO_TRY(ouro_transport_write_eof(recorder->transport));
    ouro_transport_close(recorder->transport);
    OURO_TRY(peer_drains(recorder, MUCH, recorder, LOST));
    trace("%s", peer_gets(recorder, 1));
    return finish(recorder);
}

static int close_it(struct recorder *recorder)
{
    ouro_transport_close(recorder->transport);
    return 0;
}

OURO_ASYNC(closed_in_pause_writing)
{
    struct recorder *recorder = new_recorder("a");

    recorder->hooks[PAUSE] = close_it;
    OURO_TRY(open_pair(recorder));
    OURO_TRY(write_much(recorder->transport));
    trace("written");
    OURO_TRY(peer_drains(recorder, MUCH, recorder, LOST));
    return finish(recorder);
}

OURO_ASYNC(closed_in_resume_writing)
{
    struct recorder *recorder = new_recorder("a");

    recorder->hooks[RESUME] = close_it;
    OURO_TRY(open_pair(recorder));
    OURO_TRY(write_much(recorder->transport));
    OURO_TRY(peer_drains(recorder, MUCH, recorder, LOST));
    return finish(recorder);
}

SCENARIO(CASE(all_is_sent), CASE(nothing_is_read_meanwhile), CASE(with_write_eof),
         CASE(closed_in_pause_writing), CASE(closed_in_resume_writing))
