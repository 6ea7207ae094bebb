/* How a connection begins: connection_made, and what may be done in it. */
#include "transport_scenario.h"

static int say_after(struct recorder *recorder)
{
    (void) recorder;
    say_soon("soon after made");
    return 0;
}

OURO_ASYNC(made_before_the_call_returns)
{
    struct recorder *recorder = new_recorder("a");

    recorder->hooks[MADE] = say_after;
    say_soon("soon");
    OURO_TRY(open_pair(recorder));
    trace("returned");
    trace("reading %d", ouro_transport_is_reading(recorder->transport));
    trace("closing %d", ouro_transport_is_closing(recorder->transport));
    trace("protocol %d", ouro_transport_get_protocol(recorder->transport) == &recorder->protocol);
    return finish(recorder);
}

OURO_ASYNC(bytes_come_after_it)
{
    struct recorder *recorder = new_recorder("a");

    OURO_TRY(open_pair(recorder));
    put(recorder, "hello");
    trace("put");
    OURO_TRY(wait_event(recorder, DATA));
    trace("got");
    return finish(recorder);
}

static int pause_it(struct recorder *recorder)
{
    ouro_transport_pause_reading(recorder->transport);
    return 0;
}

OURO_ASYNC(paused_in_it)
{
    struct recorder *recorder = new_recorder("a");

    recorder->hooks[MADE] = pause_it;
    OURO_TRY(open_pair(recorder));
    trace("reading %d", ouro_transport_is_reading(recorder->transport));
    put(recorder, "hello");
    OURO_TRY(settle());
    trace("resumes");
    ouro_transport_resume_reading(recorder->transport);
    OURO_TRY(wait_event(recorder, DATA));
    return finish(recorder);
}

static int welcome(struct recorder *recorder)
{
    return transport_write(recorder, "welcome");
}

OURO_ASYNC(written_in_it)
{
    struct recorder *recorder = new_recorder("a");

    recorder->hooks[MADE] = welcome;
    OURO_TRY(open_pair(recorder));
    trace("%s", peer_gets(recorder, 7));
    return finish(recorder);
}

static int close_it(struct recorder *recorder)
{
    ouro_transport_close(recorder->transport);
    return 0;
}

OURO_ASYNC(closed_in_it)
{
    struct recorder *recorder = new_recorder("a");

    recorder->hooks[MADE] = close_it;
    OURO_TRY(open_pair(recorder));
    trace("returned");
    trace("closing %d", ouro_transport_is_closing(recorder->transport));
    return finish(recorder);
}

static int abort_it(struct recorder *recorder)
{
    ouro_transport_abort(recorder->transport);
    return 0;
}

OURO_ASYNC(aborted_in_it)
{
    struct recorder *recorder = new_recorder("a");

    recorder->hooks[MADE] = abort_it;
    OURO_TRY(open_pair(recorder));
    trace("returned");
    return finish(recorder);
}

SCENARIO(CASE(made_before_the_call_returns), CASE(bytes_come_after_it), CASE(paused_in_it),
         CASE(written_in_it), CASE(closed_in_it), CASE(aborted_in_it))
