/* Callbacks that fail: the exception handler is told, and the connection may end. */
#include "transport_scenario.h"

static int failure;

static int fails(struct recorder *recorder)
{
    (void) recorder;
    say_soon("soon after the failure");
    return fail(failure);
}

/* A recorder with a callback that fails. */
static struct recorder *failing(enum event event, int number)
{
    struct recorder *recorder = new_recorder("a");

    set_handler();
    failure = number;
    recorder->hooks[event] = fails;
    return recorder;
}

OURO_ASYNC(in_data_received)
{
    struct recorder *recorder = failing(DATA, 1);

    OURO_TRY(open_pair(recorder));
    put(recorder, "bad");
    OURO_TRY(wait_event(recorder, LOST));
    trace("closing %d", ouro_transport_is_closing(recorder->transport));
    return finish(recorder);
}

OURO_ASYNC(in_eof_received)
{
    struct recorder *recorder = failing(END, 2);

    OURO_TRY(open_pair(recorder));
    shutdown(recorder->peer, SHUT_WR);
    OURO_TRY(wait_event(recorder, LOST));
    return finish(recorder);
}

OURO_ASYNC(in_connection_made)
{
    struct recorder *recorder = failing(MADE, 3);

    OURO_TRY(open_pair(recorder));
    trace("open all the same");
    put(recorder, "hello");
    OURO_TRY(wait_event(recorder, DATA));
    return finish(recorder);
}

OURO_ASYNC(no_more_after_it)
{
    struct recorder *recorder = failing(DATA, 4);

    OURO_TRY(open_pair(recorder));
    put(recorder, "bad");
    OURO_TRY(wait_event(recorder, DATA));
    put(recorder, "more");
    OURO_TRY(wait_event(recorder, LOST));
    OURO_TRY(settle());
    return finish(recorder);
}

OURO_ASYNC(what_is_queued_is_dropped)
{
    struct recorder *recorder = failing(DATA, 5);

    OURO_TRY(open_pair(recorder));
    OURO_TRY(write_much(recorder->transport));
    put(recorder, "bad");
    OURO_TRY(wait_event(recorder, LOST));
    trace("queued %zu", ouro_transport_get_write_buffer_size(recorder->transport));
    return finish(recorder);
}

static int close_and_fail(struct recorder *recorder)
{
    ouro_transport_close(recorder->transport);
    return fail(6);
}

OURO_ASYNC(after_a_close)
{
    struct recorder *recorder = new_recorder("a");

    set_handler();
    recorder->hooks[DATA] = close_and_fail;
    OURO_TRY(open_pair(recorder));
    put(recorder, "bad");
    OURO_TRY(wait_event(recorder, LOST));
    OURO_TRY(settle());
    return finish(recorder);
}

SCENARIO(CASE(in_data_received), CASE(in_eof_received), CASE(in_connection_made),
         CASE(no_more_after_it), CASE(what_is_queued_is_dropped), CASE(after_a_close))
