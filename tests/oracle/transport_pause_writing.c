/* pause_writing() and resume_writing() alternate, whatever is written. */
#include "transport_scenario.h"

OURO_ASYNC(they_alternate)
{
    struct recorder *recorder = new_recorder("a");

    OURO_TRY(open_pair(recorder));
    for (int i = 0; i < 2; i++) {
        OURO_TRY(write_much(recorder->transport));
        trace("written");
        OURO_TRY(write_much(recorder->transport));
        trace("written more");
        OURO_TRY(peer_drains(recorder, 2 * MUCH, recorder, RESUME));
    }
    return finish(recorder);
}

OURO_ASYNC(few_bytes_do_not_pause)
{
    struct recorder *recorder = new_recorder("a");

    OURO_TRY(open_pair(recorder));
    OURO_TRY(ouro_transport_set_write_buffer_limits(recorder->transport, 0, 0));
    for (int i = 0; i < 3; i++) {
        OURO_TRY(transport_write(recorder, "few"));
    }
    trace("%s", peer_gets(recorder, 9));
    return finish(recorder);
}

OURO_ASYNC(with_a_high_mark_of_0)
{
    struct recorder *recorder = new_recorder("a");

    OURO_TRY(open_pair(recorder));
    OURO_TRY(ouro_transport_set_write_buffer_limits(recorder->transport, 0, 0));
    OURO_TRY(write_much(recorder->transport));
    trace("written");
    OURO_TRY(peer_drains(recorder, MUCH, recorder, RESUME));
    trace("queued %zu", ouro_transport_get_write_buffer_size(recorder->transport));
    return finish(recorder);
}

static int write_again(struct recorder *recorder)
{
    recorder->hooks[RESUME] = NULL;
    return write_much(recorder->transport);
}

OURO_ASYNC(written_in_resume_writing)
{
    struct recorder *recorder = new_recorder("a");

    recorder->hooks[RESUME] = write_again;
    OURO_TRY(open_pair(recorder));
    OURO_TRY(write_much(recorder->transport));
    int count = peer_reads(recorder, NULL, 2 * MUCH);
    OURO_TRY(wait_event(recorder, RESUME));
    OURO_TRY(wait_event(recorder, RESUME));
    trace("%d bytes", count);
    return finish(recorder);
}

static int write_one_more(struct recorder *recorder)
{
    return transport_write(recorder, "one more");
}

OURO_ASYNC(written_in_pause_writing)
{
    struct recorder *recorder = new_recorder("a");

    recorder->hooks[PAUSE] = write_one_more;
    OURO_TRY(open_pair(recorder));
    OURO_TRY(write_much(recorder->transport));
    trace("written");
    OURO_TRY(peer_drains(recorder, MUCH, recorder, RESUME));
    trace("%s", peer_gets(recorder, 8));
    return finish(recorder);
}

OURO_ASYNC(never_resumed_after_an_abort)
{
    struct recorder *recorder = new_recorder("a");

    OURO_TRY(open_pair(recorder));
    OURO_TRY(write_much(recorder->transport));
    OURO_TRY(settle());
    ouro_transport_abort(recorder->transport);
    OURO_TRY(wait_event(recorder, LOST));
    OURO_TRY(settle());
    return finish(recorder);
}

SCENARIO(CASE(they_alternate), CASE(few_bytes_do_not_pause), CASE(with_a_high_mark_of_0),
         CASE(written_in_resume_writing), CASE(written_in_pause_writing),
         CASE(never_resumed_after_an_abort))
