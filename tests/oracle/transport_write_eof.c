/* write_eof(): one direction ends, the other goes on. */
#include "transport_scenario.h"

OURO_ASYNC(the_other_direction_goes_on)
{
    struct recorder *recorder = new_recorder("a");

    OURO_TRY(open_pair(recorder));
    trace("can %d", ouro_transport_can_write_eof(recorder->transport));
    OURO_TRY(transport_write(recorder, "request"));
    OURO_TRY(ouro_transport_write_eof(recorder->transport));
    trace("%s", peer_gets(recorder, 100));
    trace("closing %d", ouro_transport_is_closing(recorder->transport));
    put(recorder, "answer");
    OURO_TRY(wait_event(recorder, DATA));
    peer_close(recorder);
    OURO_TRY(wait_event(recorder, LOST));
    return finish(recorder);
}

OURO_ASYNC(it_may_be_called_again)
{
    struct recorder *recorder = new_recorder("a");

    OURO_TRY(open_pair(recorder));
    trace("%s", show(ouro_transport_write_eof(recorder->transport)));
    trace("%s", show(ouro_transport_write_eof(recorder->transport)));
    trace("%s", peer_gets(recorder, 1));
    ouro_transport_close(recorder->transport);
    OURO_TRY(wait_event(recorder, LOST));
    return finish(recorder);
}

OURO_ASYNC(behind_what_is_queued)
{
    struct recorder *recorder = new_recorder("a");

    OURO_TRY(open_pair(recorder));
    OURO_TRY(write_much(recorder->transport));
    OURO_TRY(ouro_transport_write_eof(recorder->transport));
    trace("%s", show(transport_write(recorder, "late")));
    OURO_TRY(peer_drains(recorder, MUCH, recorder, RESUME));
    trace("%s", peer_gets(recorder, 1));
    put(recorder, "answer");
    OURO_TRY(wait_event(recorder, DATA));
    return finish(recorder);
}

OURO_ASYNC(before_a_close)
{
    struct recorder *recorder = new_recorder("a");

    OURO_TRY(open_pair(recorder));
    OURO_TRY(transport_write(recorder, "bye"));
    OURO_TRY(ouro_transport_write_eof(recorder->transport));
    ouro_transport_close(recorder->transport);
    OURO_TRY(wait_event(recorder, LOST));
    trace("%s", peer_gets(recorder, 100));
    return finish(recorder);
}

static int end_too(struct recorder *recorder)
{
    OURO_TRY(transport_write(recorder, "bye"));
    OURO_TRY(ouro_transport_write_eof(recorder->transport));
    return 1;
}

OURO_ASYNC(from_eof_received)
{
    struct recorder *recorder = new_recorder("a");

    recorder->hooks[END] = end_too;
    OURO_TRY(open_pair(recorder));
    shutdown(recorder->peer, SHUT_WR);
    trace("%s", peer_gets(recorder, 100));
    trace("closing %d", ouro_transport_is_closing(recorder->transport));
    return finish(recorder);
}

SCENARIO(CASE(the_other_direction_goes_on), CASE(it_may_be_called_again),
         CASE(behind_what_is_queued), CASE(before_a_close), CASE(from_eof_received))
