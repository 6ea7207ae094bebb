/* write() and writelines(): everything arrives, in order. */
#include "transport_scenario.h"

static int write_lines(struct recorder *recorder, const char *const *lines, size_t count)
{
    ouro_bytes pieces[8];

    for (size_t i = 0; i < count; i++) {
        pieces[i] = bytes_of(lines[i]);
    }
    return ouro_transport_writelines(recorder->transport, pieces, count);
}

OURO_ASYNC(in_order)
{
    static const char *const middle[] = { "two ", "", "three " };
    static const char *const last[] = { "five" };
    struct recorder *recorder = new_recorder("a");

    OURO_TRY(open_pair(recorder));
    OURO_TRY(transport_write(recorder, "one "));
    OURO_TRY(transport_write(recorder, ""));
    OURO_TRY(write_lines(recorder, middle, 3));
    OURO_TRY(transport_write(recorder, "four"));
    trace("%s", peer_gets(recorder, 18));
    OURO_TRY(write_lines(recorder, NULL, 0));
    OURO_TRY(write_lines(recorder, last, 1));
    trace("%s", peer_gets(recorder, 4));
    return finish(recorder);
}

static int echo(struct recorder *recorder)
{
    return transport_write(recorder, "echo");
}

OURO_ASYNC(an_echo)
{
    static const char *const texts[] = { "one", "two" };
    struct recorder *recorder = new_recorder("a");

    recorder->hooks[DATA] = echo;
    OURO_TRY(open_pair(recorder));
    for (size_t i = 0; i < COUNT(texts); i++) {
        put(recorder, texts[i]);
        trace("%s", peer_gets(recorder, 4));
    }
    return finish(recorder);
}

OURO_ASYNC(much)
{
    struct recorder *recorder = new_recorder("a");

    OURO_TRY(open_pair(recorder));
    OURO_TRY(transport_write(recorder, "begin"));
    OURO_TRY(write_much(recorder->transport));
    OURO_TRY(transport_write(recorder, "end"));
    trace("%s", peer_gets(recorder, 5));
    OURO_TRY(peer_drains(recorder, MUCH, recorder, RESUME));
    trace("%s", peer_gets(recorder, 3));
    trace("queued %zu", ouro_transport_get_write_buffer_size(recorder->transport));
    return finish(recorder);
}

OURO_ASYNC(after_write_eof)
{
    static const char *const lines[] = { "late" };
    struct recorder *recorder = new_recorder("a");

    OURO_TRY(open_pair(recorder));
    OURO_TRY(ouro_transport_write_eof(recorder->transport));
    trace("%s", show(transport_write(recorder, "late")));
    trace("%s", show(write_lines(recorder, lines, 1)));
    trace("%s", peer_gets(recorder, 4));
    return finish(recorder);
}

OURO_ASYNC(before_a_close)
{
    struct recorder *recorder = new_recorder("a");

    OURO_TRY(open_pair(recorder));
    OURO_TRY(transport_write(recorder, "last"));
    ouro_transport_close(recorder->transport);
    OURO_TRY(wait_event(recorder, LOST));
    trace("%s", peer_gets(recorder, 100));
    return finish(recorder);
}

SCENARIO(CASE(in_order), CASE(an_echo), CASE(much), CASE(after_write_eof), CASE(before_a_close))
