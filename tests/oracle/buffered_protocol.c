/* Protocols with a buffer of their own: get_buffer() and buffer_updated(). */
#include "transport_scenario.h"

static int echo(struct recorder *recorder)
{
    return transport_write(recorder, "echo");
}

OURO_ASYNC(a_conversation)
{
    static const char *const texts[] = { "one", "two" };
    struct recorder *recorder = new_buffered_recorder("a", 16);

    recorder->hooks[UPDATED] = echo;
    OURO_TRY(open_pair(recorder));
    for (size_t i = 0; i < COUNT(texts); i++) {
        put(recorder, texts[i]);
        OURO_TRY(wait_event(recorder, UPDATED));
        trace("%s", peer_gets(recorder, 4));
    }
    peer_close(recorder);
    OURO_TRY(wait_event(recorder, LOST));
    return finish(recorder);
}

OURO_ASYNC(more_than_the_buffer)
{
    struct recorder *recorder = new_buffered_recorder("a", 2);

    OURO_TRY(open_pair(recorder));
    put(recorder, "abcdef");
    for (int i = 0; i < 3; i++) {
        OURO_TRY(wait_event(recorder, UPDATED));
    }
    return finish(recorder);
}

static int pause_it(struct recorder *recorder)
{
    ouro_transport_pause_reading(recorder->transport);
    return 0;
}

OURO_ASYNC(paused_by_the_first_part)
{
    struct recorder *recorder = new_buffered_recorder("a", 4);

    recorder->hooks[UPDATED] = pause_it;
    OURO_TRY(open_pair(recorder));
    put(recorder, "abcdef");
    OURO_TRY(wait_event(recorder, UPDATED));
    OURO_TRY(settle());
    trace("resumes");
    ouro_transport_resume_reading(recorder->transport);
    OURO_TRY(wait_event(recorder, UPDATED));
    return finish(recorder);
}

static int close_it(struct recorder *recorder)
{
    ouro_transport_close(recorder->transport);
    return 0;
}

OURO_ASYNC(closed_by_the_first_part)
{
    struct recorder *recorder = new_buffered_recorder("a", 4);

    recorder->hooks[UPDATED] = close_it;
    OURO_TRY(open_pair(recorder));
    put(recorder, "abcdef");
    OURO_TRY(wait_event(recorder, LOST));
    return finish(recorder);
}

static int keep(struct recorder *recorder)
{
    (void) recorder;
    return 1;
}

OURO_ASYNC(the_end_may_be_kept)
{
    struct recorder *recorder = new_buffered_recorder("a", 16);

    recorder->hooks[END] = keep;
    OURO_TRY(open_pair(recorder));
    put(recorder, "last");
    shutdown(recorder->peer, SHUT_WR);
    OURO_TRY(wait_event(recorder, END));
    OURO_TRY(transport_write(recorder, "answer"));
    trace("%s", peer_gets(recorder, 6));
    return finish(recorder);
}

OURO_ASYNC(a_buffer_without_room)
{
    struct recorder *recorder = new_buffered_recorder("a", 0);

    set_handler();
    OURO_TRY(open_pair(recorder));
    put(recorder, "bad");
    OURO_TRY(wait_event(recorder, LOST));
    return finish(recorder);
}

static int failure;

static int fails(struct recorder *recorder)
{
    (void) recorder;
    return fail(failure);
}

/* A recorder with a callback that fails. */
static struct recorder *failing(enum event event, int number)
{
    struct recorder *recorder = new_buffered_recorder("a", 16);

    set_handler();
    failure = number;
    recorder->hooks[event] = fails;
    return recorder;
}

OURO_ASYNC(get_buffer_fails)
{
    struct recorder *recorder = failing(GET_BUFFER, 1);

    OURO_TRY(open_pair(recorder));
    put(recorder, "bad");
    OURO_TRY(wait_event(recorder, LOST));
    return finish(recorder);
}

OURO_ASYNC(buffer_updated_fails)
{
    struct recorder *recorder = failing(UPDATED, 2);

    OURO_TRY(open_pair(recorder));
    put(recorder, "bad");
    OURO_TRY(wait_event(recorder, LOST));
    return finish(recorder);
}

OURO_ASYNC(eof_received_fails)
{
    struct recorder *recorder = failing(END, 3);

    OURO_TRY(open_pair(recorder));
    shutdown(recorder->peer, SHUT_WR);
    OURO_TRY(wait_event(recorder, LOST));
    return finish(recorder);
}

SCENARIO(CASE(a_conversation), CASE(more_than_the_buffer), CASE(paused_by_the_first_part),
         CASE(closed_by_the_first_part), CASE(the_end_may_be_kept), CASE(a_buffer_without_room),
         CASE(get_buffer_fails), CASE(buffer_updated_fails), CASE(eof_received_fails))
