/* eof_received(): the connection is closed, or its other direction is kept. */
#include "transport_scenario.h"

static void peer_ends(struct recorder *recorder)
{
    shutdown(recorder->peer, SHUT_WR);
}

static int say_after(struct recorder *recorder)
{
    (void) recorder;
    say_soon("soon after eof");
    return 0;
}

static int keep(struct recorder *recorder)
{
    (void) recorder;
    return 1;
}

OURO_ASYNC(it_closes)
{
    struct recorder *recorder = new_recorder("a");

    recorder->hooks[END] = say_after;
    OURO_TRY(open_pair(recorder));
    peer_ends(recorder);
    OURO_TRY(wait_event(recorder, END));
    trace("closing %d", ouro_transport_is_closing(recorder->transport));
    OURO_TRY(wait_event(recorder, LOST));
    trace("%s", peer_gets(recorder, 1));
    return finish(recorder);
}

OURO_ASYNC(kept_open)
{
    struct recorder *recorder = new_recorder("a");

    recorder->hooks[END] = keep;
    OURO_TRY(open_pair(recorder));
    peer_ends(recorder);
    OURO_TRY(wait_event(recorder, END));
    trace("closing %d", ouro_transport_is_closing(recorder->transport));
    trace("reading %d", ouro_transport_is_reading(recorder->transport));
    OURO_TRY(transport_write(recorder, "answer"));
    trace("%s", peer_gets(recorder, 6));
    OURO_TRY(settle());
    return finish(recorder);
}

static int answer(struct recorder *recorder)
{
    return transport_write(recorder, "bye");
}

OURO_ASYNC(answered_in_it)
{
    struct recorder *recorder = new_recorder("a");

    recorder->hooks[END] = answer;
    OURO_TRY(open_pair(recorder));
    peer_ends(recorder);
    trace("%s", peer_gets(recorder, 100));
    OURO_TRY(wait_event(recorder, LOST));
    return finish(recorder);
}

OURO_ASYNC(after_the_last_bytes)
{
    struct recorder *recorder = new_recorder("a");

    OURO_TRY(open_pair(recorder));
    put(recorder, "last");
    peer_ends(recorder);
    OURO_TRY(wait_event(recorder, LOST));
    return finish(recorder);
}

OURO_ASYNC(not_while_paused)
{
    struct recorder *recorder = new_recorder("a");

    OURO_TRY(open_pair(recorder));
    ouro_transport_pause_reading(recorder->transport);
    put(recorder, "last");
    peer_ends(recorder);
    OURO_TRY(settle());
    trace("resumes");
    ouro_transport_resume_reading(recorder->transport);
    OURO_TRY(wait_event(recorder, LOST));
    return finish(recorder);
}

static int pause_it(struct recorder *recorder)
{
    ouro_transport_pause_reading(recorder->transport);
    return 0;
}

OURO_ASYNC(paused_by_the_last_bytes)
{
    struct recorder *recorder = new_recorder("a");

    recorder->hooks[DATA] = pause_it;
    OURO_TRY(open_pair(recorder));
    put(recorder, "last");
    peer_ends(recorder);
    OURO_TRY(wait_event(recorder, DATA));
    OURO_TRY(settle());
    trace("resumes");
    ouro_transport_resume_reading(recorder->transport);
    OURO_TRY(wait_event(recorder, LOST));
    return finish(recorder);
}

OURO_ASYNC(kept_and_paused_and_resumed)
{
    struct recorder *recorder = new_recorder("a");

    recorder->hooks[END] = keep;
    OURO_TRY(open_pair(recorder));
    peer_ends(recorder);
    OURO_TRY(wait_event(recorder, END));
    ouro_transport_pause_reading(recorder->transport);
    trace("reading %d", ouro_transport_is_reading(recorder->transport));
    OURO_TRY(settle());
    return finish(recorder);
}

SCENARIO(CASE(it_closes), CASE(kept_open), CASE(answered_in_it), CASE(after_the_last_bytes),
         CASE(not_while_paused), CASE(paused_by_the_last_bytes), CASE(kept_and_paused_and_resumed))
