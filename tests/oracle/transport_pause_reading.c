/* pause_reading() and resume_reading(). */
#include "transport_scenario.h"

static void trace_reading(const struct recorder *recorder)
{
    trace("reading %d", ouro_transport_is_reading(recorder->transport));
}

OURO_ASYNC(each_may_be_called_again)
{
    struct recorder *recorder = new_recorder("a");

    OURO_TRY(open_pair(recorder));
    ouro_transport_resume_reading(recorder->transport);
    trace_reading(recorder);
    ouro_transport_pause_reading(recorder->transport);
    ouro_transport_pause_reading(recorder->transport);
    trace_reading(recorder);
    ouro_transport_resume_reading(recorder->transport);
    ouro_transport_resume_reading(recorder->transport);
    trace_reading(recorder);
    put(recorder, "hello");
    OURO_TRY(wait_event(recorder, DATA));
    return finish(recorder);
}

OURO_ASYNC(bytes_wait)
{
    struct recorder *recorder = new_recorder("a");

    OURO_TRY(open_pair(recorder));
    OURO_TRY(settle());
    ouro_transport_pause_reading(recorder->transport);
    put(recorder, "hello");
    OURO_TRY(settle());
    trace("resumes");
    ouro_transport_resume_reading(recorder->transport);
    trace("resumed");
    OURO_TRY(wait_event(recorder, DATA));
    return finish(recorder);
}

static int pause_it(struct recorder *recorder)
{
    ouro_transport_pause_reading(recorder->transport);
    return 0;
}

OURO_ASYNC(from_data_received)
{
    static const char *const texts[] = { "one", "two", "three" };
    struct recorder *recorder = new_recorder("a");

    recorder->hooks[DATA] = pause_it;
    OURO_TRY(open_pair(recorder));
    for (size_t i = 0; i < COUNT(texts); i++) {
        put(recorder, texts[i]);
        OURO_TRY(wait_event(recorder, DATA));
        trace_reading(recorder);
        ouro_transport_resume_reading(recorder->transport);
    }
    put(recorder, "four");
    OURO_TRY(wait_event(recorder, DATA));
    return finish(recorder);
}

static int blink(struct recorder *recorder)
{
    ouro_transport_pause_reading(recorder->transport);
    ouro_transport_resume_reading(recorder->transport);
    return 0;
}

OURO_ASYNC(paused_and_resumed_at_once)
{
    struct recorder *recorder = new_recorder("a");

    recorder->hooks[DATA] = blink;
    OURO_TRY(open_pair(recorder));
    put(recorder, "one");
    OURO_TRY(wait_event(recorder, DATA));
    put(recorder, "two");
    blink(recorder);
    OURO_TRY(wait_event(recorder, DATA));
    OURO_TRY(settle());
    return finish(recorder);
}

OURO_ASYNC(closed_while_paused)
{
    struct recorder *recorder = new_recorder("a");

    OURO_TRY(open_pair(recorder));
    ouro_transport_pause_reading(recorder->transport);
    put(recorder, "never read");
    ouro_transport_close(recorder->transport);
    ouro_transport_resume_reading(recorder->transport);
    trace_reading(recorder);
    OURO_TRY(wait_event(recorder, LOST));
    return finish(recorder);
}

OURO_ASYNC(the_peer_ends_while_paused)
{
    struct recorder *recorder = new_recorder("a");

    OURO_TRY(open_pair(recorder));
    ouro_transport_pause_reading(recorder->transport);
    put(recorder, "last");
    peer_close(recorder);
    OURO_TRY(settle());
    trace("resumes");
    ouro_transport_resume_reading(recorder->transport);
    OURO_TRY(wait_event(recorder, LOST));
    return finish(recorder);
}

OURO_ASYNC(writing_goes_on)
{
    struct recorder *recorder = new_recorder("a");

    OURO_TRY(open_pair(recorder));
    ouro_transport_pause_reading(recorder->transport);
    OURO_TRY(transport_write(recorder, "hello"));
    trace("%s", peer_gets(recorder, 5));
    return finish(recorder);
}

SCENARIO(CASE(each_may_be_called_again), CASE(bytes_wait), CASE(from_data_received),
         CASE(paused_and_resumed_at_once), CASE(closed_while_paused),
         CASE(the_peer_ends_while_paused), CASE(writing_goes_on))
