/* abort(): the end without what is queued. */
#include "transport_scenario.h"

OURO_ASYNC(in_its_turn)
{
    struct recorder *recorder = new_recorder("a");

    OURO_TRY(open_pair(recorder));
    OURO_TRY(settle());
    say_soon("before");
    ouro_transport_abort(recorder->transport);
    say_soon("after");
    trace("closing %d", ouro_transport_is_closing(recorder->transport));
    OURO_TRY(wait_event(recorder, LOST));
    ouro_transport_abort(recorder->transport);
    OURO_TRY(settle());
    return finish(recorder);
}

OURO_ASYNC(after_a_close)
{
    struct recorder *recorder = new_recorder("a");

    OURO_TRY(open_pair(recorder));
    ouro_transport_close(recorder->transport);
    ouro_transport_abort(recorder->transport);
    ouro_transport_abort(recorder->transport);
    OURO_TRY(wait_event(recorder, LOST));
    OURO_TRY(settle());
    return finish(recorder);
}

static bool is_queued(const struct recorder *recorder)
{
    return ouro_transport_get_write_buffer_size(recorder->transport) > 0;
}

OURO_ASYNC(what_is_queued_is_dropped)
{
    struct recorder *recorder = new_recorder("a");

    OURO_TRY(open_pair(recorder));
    OURO_TRY(write_much(recorder->transport));
    trace("queued %d", is_queued(recorder));
    ouro_transport_abort(recorder->transport);
    trace("queued %d", is_queued(recorder));
    OURO_TRY(wait_event(recorder, LOST));
    trace("all %d", peer_reads(recorder, NULL, MUCH) == MUCH);
    return finish(recorder);
}

OURO_ASYNC(a_close_that_waits_is_cut_short)
{
    struct recorder *recorder = new_recorder("a");

    OURO_TRY(open_pair(recorder));
    OURO_TRY(write_much(recorder->transport));
    ouro_transport_close(recorder->transport);
    OURO_TRY(settle());
    trace("aborts");
    ouro_transport_abort(recorder->transport);
    OURO_TRY(wait_event(recorder, LOST));
    return finish(recorder);
}

static int abort_it(struct recorder *recorder)
{
    ouro_transport_abort(recorder->transport);
    return 0;
}

OURO_ASYNC(from_data_received)
{
    struct recorder *recorder = new_recorder("a");

    recorder->hooks[DATA] = abort_it;
    OURO_TRY(open_pair(recorder));
    put(recorder, "end");
    OURO_TRY(wait_event(recorder, LOST));
    return finish(recorder);
}

OURO_ASYNC(from_pause_writing)
{
    struct recorder *recorder = new_recorder("a");

    recorder->hooks[PAUSE] = abort_it;
    OURO_TRY(open_pair(recorder));
    OURO_TRY(write_much(recorder->transport));
    trace("written");
    OURO_TRY(wait_event(recorder, LOST));
    return finish(recorder);
}

SCENARIO(CASE(in_its_turn), CASE(after_a_close), CASE(what_is_queued_is_dropped),
         CASE(a_close_that_waits_is_cut_short), CASE(from_data_received), CASE(from_pause_writing))
