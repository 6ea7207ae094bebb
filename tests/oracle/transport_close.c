/* close(): connection_lost in its turn, once, and nothing after it. */
#include "transport_scenario.h"

static int say_after_lost(struct recorder *recorder)
{
    (void) recorder;
    say_soon("soon after lost");
    return 0;
}

OURO_ASYNC(in_its_turn)
{
    struct recorder *recorder = new_recorder("a");

    recorder->hooks[LOST] = say_after_lost;
    OURO_TRY(open_pair(recorder));
    OURO_TRY(settle());
    say_soon("before");
    ouro_transport_close(recorder->transport);
    say_soon("after");
    trace("closed");
    OURO_TRY(wait_event(recorder, LOST));
    trace("told");
    return finish(recorder);
}

static int close_it(struct recorder *recorder)
{
    ouro_transport_close(recorder->transport);
    return 0;
}

OURO_ASYNC(once)
{
    struct recorder *recorder = new_recorder("a");

    recorder->hooks[LOST] = close_it;
    OURO_TRY(open_pair(recorder));
    ouro_transport_close(recorder->transport);
    trace("closing %d", ouro_transport_is_closing(recorder->transport));
    trace("reading %d", ouro_transport_is_reading(recorder->transport));
    ouro_transport_close(recorder->transport);
    OURO_TRY(wait_event(recorder, LOST));
    ouro_transport_close(recorder->transport);
    OURO_TRY(settle());
    return finish(recorder);
}

static int close_between(struct recorder *recorder)
{
    say_soon("before");
    ouro_transport_close(recorder->transport);
    say_soon("after");
    return 0;
}

OURO_ASYNC(from_data_received)
{
    struct recorder *recorder = new_recorder("a");

    recorder->hooks[DATA] = close_between;
    OURO_TRY(open_pair(recorder));
    put(recorder, "end");
    OURO_TRY(wait_event(recorder, LOST));
    return finish(recorder);
}

static int close_and_keep(struct recorder *recorder)
{
    ouro_transport_close(recorder->transport);
    return 1;
}

OURO_ASYNC(from_eof_received)
{
    struct recorder *recorder = new_recorder("a");

    recorder->hooks[END] = close_and_keep;
    OURO_TRY(open_pair(recorder));
    peer_close(recorder);
    OURO_TRY(wait_event(recorder, LOST));
    OURO_TRY(settle());
    return finish(recorder);
}

OURO_ASYNC(nothing_comes_after_it)
{
    struct recorder *recorder = new_recorder("a");

    OURO_TRY(open_pair(recorder));
    OURO_TRY(settle());
    put(recorder, "late");
    ouro_transport_close(recorder->transport);
    OURO_TRY(wait_event(recorder, LOST));
    OURO_TRY(settle());
    return finish(recorder);
}

OURO_ASYNC(what_was_written_is_sent)
{
    struct recorder *recorder = new_recorder("a");

    OURO_TRY(open_pair(recorder));
    OURO_TRY(transport_write(recorder, "good"));
    OURO_TRY(transport_write(recorder, "bye"));
    ouro_transport_close(recorder->transport);
    OURO_TRY(wait_event(recorder, LOST));
    trace("%s", peer_gets(recorder, 100));
    return finish(recorder);
}

OURO_ASYNC(flow_control_is_over)
{
    struct recorder *recorder = new_recorder("a");

    OURO_TRY(open_pair(recorder));
    ouro_transport_close(recorder->transport);
    ouro_transport_pause_reading(recorder->transport);
    ouro_transport_resume_reading(recorder->transport);
    trace("reading %d", ouro_transport_is_reading(recorder->transport));
    OURO_TRY(wait_event(recorder, LOST));
    ouro_transport_pause_reading(recorder->transport);
    ouro_transport_resume_reading(recorder->transport);
    trace("closing %d", ouro_transport_is_closing(recorder->transport));
    return finish(recorder);
}

SCENARIO(CASE(in_its_turn), CASE(once), CASE(from_data_received), CASE(from_eof_received),
         CASE(nothing_comes_after_it), CASE(what_was_written_is_sent), CASE(flow_control_is_over))
